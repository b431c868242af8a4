/// Collects the entries of one mapping: refuses duplicate keys, resolves merge keys.
///
/// A merged key never replaces one that is written out, and of several merged mappings the first wins:
/// https://yaml.org/type/merge.html
struct MappingBuilder {
    private var written: [YAMLEntry] = []
    private var merged: [YAMLEntry] = []
    private var writtenKeys: [String: YAMLMark] = [:]

    /// The entries in the order written, then the merged ones.
    var entries: [YAMLEntry] {
        if merged.isEmpty { return written }
        var seen = Set(writtenKeys.keys)
        return written + merged.filter { seen.insert($0.key).inserted }
    }

    mutating func insert(key: YAMLNode, at mark: YAMLMark, value: YAMLNode) throws(YAMLError) {
        guard case .scalar(let scalar) = key.content else { throw YAMLError(.keyIsNotAString, at: mark) }
        if let first = writtenKeys.updateValue(mark, forKey: scalar.text) {
            throw YAMLError(.duplicateKey(scalar.text, first: first), at: mark)
        }
        written.append(YAMLEntry(key: scalar.text, keyMark: mark, value: value))
    }

    mutating func merge(_ value: YAMLNode, at mark: YAMLMark) throws(YAMLError) {
        switch value.content {
        case .mapping(let entries):
            merged += entries.map { inherited($0, through: value.aliasMark) }
        case .sequence(let items):
            for item in items {
                guard item.mapping != nil else { throw YAMLError(.mergeOfNoMapping, at: item.mark) }
                try merge(item, at: mark)
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
