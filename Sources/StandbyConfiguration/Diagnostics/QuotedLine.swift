import YAMLDocument

/// A line of a file as it is shown beside a diagnostic: what may be a secret is hidden, character by character, so that a caret below
/// points where it did.
///
/// Shown are keys, and values of fields that hold no secret wherever they stand. Everything else is not: a line is read without
/// those around it, it may be no YAML, and a value may follow a key that was mistyped. The output of `validate` is kept by build
/// systems, and who reads it there may not be who reads the file.
struct QuotedLine {
    /// As many characters as the line has.
    private(set) var shown: [Unicode.Scalar]

    private let line: [Unicode.Scalar]
    private var index = 0
    /// What the last key may have for a value; empty: it is no field.
    private var schemas: [ValueSchema] = []
    /// Where words of that value are shown, all or none; nil: none is.
    private var words: [Range<Int>]? = []
    /// Whether a key may follow: nothing has, since what separates one from the value before it.
    private var mayBeKey = true
    /// How many braces are open, and the one within which are labels.
    private var (depth, labels): (Int, Int?) = (0, nil)

    /// `line`: one line without its end.
    init(_ line: [Unicode.Scalar]) {
        self.line = line
        shown = []
        shown.reserveCapacity(line.count)
        while index < line.count {
            if Self.marks.contains(line[index]) { takeMark() } else { takeToken() }
        }
    }

    /// What gives a line its form; a secret that consists of these alone is none.
    private static let marks = Set(" \t{}[],:?-|>".unicodeScalars)
    /// After which of them a key may stand.
    private static let separators = Set("{[-?".unicodeScalars)
    /// What ends a word.
    private static let ends = Set(" \t{}[],".unicodeScalars)

    private mutating func show(_ count: Int) {
        shown += line[index..<index + count]
        index += count
    }

    private mutating func hide(_ count: Int) {
        shown += repeatElement("*", count: count)
        index += count
    }

    private mutating func takeMark() {
        if line[index] == "," {
            // Elsewhere a comma belongs to a text.
            let next = index + 1 < line.count ? line[index + 1] : " "
            mayBeKey = depth > 0 && " \"'".unicodeScalars.contains(next)
        } else if Self.separators.contains(line[index]) {
            mayBeKey = true
        }
        if line[index] == "{" {
            depth += 1
            if schemas.contains(where: \.isLabels) { labels = depth }
        } else if line[index] == "}" {
            if labels == depth { labels = nil }
            depth -= 1
        }
        show(1)
    }

    private mutating func takeToken() {
        if line[index] == "#", index == 0 || Self.ends.contains(line[index - 1]) { return hide(line.count - index) }
        let quote: Unicode.Scalar? = line[index] == "\"" || line[index] == "'" ? line[index] : nil
        let end = quote.map { endOfText(in: $0) } ?? endOfWord()
        let inner = line[index..<end].filter { $0 != quote }
        let text = String(String.UnicodeScalarView(inner))
        defer { mayBeKey = false }
        if mayBeKey, KeyText.shown(text) == text, isKey(endingAt: end, isQuoted: quote != nil) {
            schemas = labels == depth ? [.string(.labelValue)] : Self.fields[text] ?? []
            words = []
            return show(end - index)
        }
        // A comma may end a value or belong to it.
        guard let before = words, !schemas.isEmpty, quote != "\"" || !inner.contains("\\"),
            schemas.allSatisfy({ $0.shows(text) })
        else {
            for range in words ?? [] { shown.replaceSubrange(range, with: repeatElement("*", count: range.count)) }
            words = nil
            return hide(end - index)
        }
        words = before + [index..<end]
        show(end - index)
    }

    /// Where a text in quotation marks ends, or the line if it goes on.
    private func endOfText(in quote: Unicode.Scalar) -> Int {
        var end = index + 1
        while end < line.count {
            if quote == "\"", line[end] == "\\" {
                end += 1
            } else if line[end] == quote {
                guard quote == "'", end + 1 < line.count, line[end + 1] == quote else { return end + 1 }
                end += 1
            }
            end += 1
        }
        return line.count
    }

    private func endOfWord() -> Int {
        var end = index
        while end < line.count, !Self.ends.contains(line[end]), !isColon(at: end, isQuoted: false) { end += 1 }
        return end
    }

    private func isKey(endingAt end: Int, isQuoted: Bool) -> Bool {
        let colon = line[end...].firstIndex { $0 != " " } ?? line.count
        return colon < line.count && isColon(at: colon, isQuoted: isQuoted)
    }

    /// Whether a colon makes a key of what precedes it; after a quotation mark no space need follow.
    private func isColon(at place: Int, isQuoted: Bool) -> Bool {
        line[place] == ":" && (isQuoted || place + 1 == line.count || Self.ends.contains(line[place + 1]))
    }

    // MARK: Fields

    /// What fields of a name may hold, wherever they stand.
    private static let fields: [String: [ValueSchema]] = {
        var found: [String: [ValueSchema]] = [:]
        var seen: Set<ObjectIdentifier> = []
        func collect(_ value: ValueSchema) {
            switch value {
            case .object(let object):
                guard seen.insert(ObjectIdentifier(object)).inserted else { return }
                for field in object.fields {
                    found[field.name, default: []].append(field.value)
                    collect(field.value)
                }
            case .list(let item, _): collect(item)
            case .nullable(let wrapped): collect(wrapped)
            case .string, .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange, .labels: break
            }
        }
        collect(.object(SupervisorConfiguration.fields.schema))
        return found
    }()
}

extension ValueSchema {
    fileprivate var isLabels: Bool { if case .labels = self { true } else { false } }

    /// Whether a text may be told, where such a value belongs; collections hold nothing but fields.
    fileprivate func shows(_ text: String) -> Bool {
        switch self {
        case .string(let format): format.shown(text) == text
        case .list(let item, _): item.shows(text)
        case .nullable(let wrapped): wrapped.shows(text)
        case .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange: true
        case .labels, .object: false
        }
    }
}
