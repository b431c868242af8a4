/// Collects the entries of one mapping: refuses duplicate keys, resolves merge keys.
///
/// A merged key never replaces one that is written out, and of several merged mappings the first wins:
/// https://yaml.org/type/merge.html
struct MappingBuilder {
    /// Up to this many entries are searched one by one, which is faster than hashing them.
    private static let searchedCount = 12

    /// Where the mapping's entries begin among those of all open mappings.
    private let start: Int
    private var merged: [YAMLEntry] = []
    /// Where each key stands; empty while they are few.
    private var places: [String: Int] = [:]

    /// `start`: where the mapping's entries begin among the open ones.
    init(start: Int) {
        self.start = start
    }

    /// Adds an entry to the open ones; throws if the key is a collection or is there already.
    mutating func insert(
        key: YAMLNode,
        at mark: YAMLMark,
        value: YAMLNode,
        into entries: inout [YAMLEntry]
    ) throws(YAMLError) {
        guard case .scalar(let scalar) = key.content else { throw YAMLError(.keyIsNotAString, at: mark) }
        if let place = place(of: scalar.text, in: entries) {
            throw YAMLError(.duplicateKey(scalar.text, first: entries[place].keyMark), at: mark)
        }
        entries.append(YAMLEntry(key: scalar.text, keyMark: mark, value: value))
        if entries.count - start > Self.searchedCount { index(entries) }
    }

    private func place(of key: String, in entries: [YAMLEntry]) -> Int? {
        if !places.isEmpty { return places[key] }
        for place in start..<entries.count where entries[place].key == key { return place }
        return nil
    }

    private mutating func index(_ entries: [YAMLEntry]) {
        let new = places.isEmpty ? start..<entries.count : entries.count - 1..<entries.count
        for place in new { places[entries[place].key] = place }
    }

    /// Takes the mapping's entries off the open ones: in the order written, then the merged ones.
    func finish(_ entries: inout [YAMLEntry]) -> [YAMLEntry] {
        let written = entries.removeTail(from: start)
        if merged.isEmpty { return written }
        var seen = Set(written.map(\.key))
        return written + merged.filter { seen.insert($0.key).inserted }
    }

    /// Notes what `<<` adds; throws unless it is a mapping or a list of mappings.
    mutating func merge(_ value: YAMLNode) throws(YAMLError) {
        switch value.content {
        case .mapping(let entries):
            merged += entries.map { inherited($0, through: value.aliasMark) }
        case .sequence(let items):
            for item in items {
                guard item.mapping != nil else { throw YAMLError(.mergeOfNoMapping, at: item.mark) }
                try merge(item)
            }
        case .scalar:
            throw YAMLError(.mergeOfNoMapping, at: value.mark)
        }
    }

    /// A merged value remembers the alias it came through, so that a mistake in it can name its use.
    private func inherited(_ entry: YAMLEntry, through aliasMark: YAMLMark?) -> YAMLEntry {
        var entry = entry
        entry.value.aliasMark = entry.value.aliasMark ?? aliasMark
        return entry
    }
}

/// Scalars with an explicit tag.
enum TaggedScalar {
    /// The scalar that `raw` is under its tag.
    ///
    /// - Throws: if the text is not of that type, or the type is none of YAML's core.
    static func scalar(_ raw: EventParser.Scalar, tag: String, at mark: YAMLMark) throws(YAMLError) -> YAMLScalar {
        switch tag {
        case "!", "tag:yaml.org,2002:str": return YAMLScalar(text: raw.text, style: raw.style, typing: .string)
        case "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int":
            let scalar = YAMLScalar(text: raw.text, style: raw.style, typing: .core)
            if Self.tag(of: scalar.value) == tag { return scalar }
        case "tag:yaml.org,2002:float":
            let scalar = YAMLScalar(text: raw.text, style: raw.style, typing: .float)
            if Self.tag(of: scalar.value) == tag { return scalar }
        default: throw YAMLError(.unsupportedTag, at: mark)
        }
        throw YAMLError(.doesNotFitTag(tag), at: mark)
    }

    private static func tag(of value: YAMLScalar.Value) -> String {
        switch value {
        case .null: "tag:yaml.org,2002:null"
        case .bool: "tag:yaml.org,2002:bool"
        case .int: "tag:yaml.org,2002:int"
        case .float: "tag:yaml.org,2002:float"
        case .string: "tag:yaml.org,2002:str"
        }
    }
}

extension Array {
    /// Takes away everything from `start` on, as an array of exactly that size; elements are moved, not copied.
    mutating func removeTail(from start: Int) -> [Element] {
        let size = count - start
        // All empty arrays are one object, whose size the initializer below would write: a race with whoever reads another's.
        guard size > 0 else { return [] }
        return unsafe Array(unsafeUninitializedCapacity: size) { buffer, initializedCount in
            for place in stride(from: size - 1, through: 0, by: -1) {
                unsafe buffer.initializeElement(at: place, to: removeLast())
            }
            initializedCount = size
        }
    }
}
