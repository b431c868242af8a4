/// A label or field selector, as the API's query parameters spell it.
struct Selector: Sendable {
    /// One requirement.
    private enum Requirement: Sendable {
        case equals(String, String)
        case differs(String, String)
        case isIn(String, [String])
        case isNotIn(String, [String])
        case exists(String)
        case isAbsent(String)
    }

    private var requirements: [Requirement] = []

    /// Whether everything is selected.
    var isEmpty: Bool { requirements.isEmpty }

    /// The keys that are spoken of.
    var keys: [String] {
        requirements.map { requirement in
            switch requirement {
            case .equals(let key, _), .differs(let key, _), .isIn(let key, _), .isNotIn(let key, _), .exists(let key),
                .isAbsent(let key):
                key
            }
        }
    }

    /// Adds a requirement.
    mutating func require(_ key: String, equals value: String) {
        requirements.append(.equals(key, value))
    }

    /// The one value that a key must have; nil if there is no such requirement.
    func value(of key: String) -> String? {
        for case .equals(let known, let value) in requirements where known == key { return value }
        return nil
    }

    /// The keys that must have one of some values, with these; what has none of them is not selected.
    var values: [(key: String, values: Set<String>)] {
        requirements.compactMap { requirement in
            switch requirement {
            case .equals(let key, let value): (key, [value])
            case .isIn(let key, let list): (key, Set(list))
            case .differs, .isNotIn, .exists, .isAbsent: nil
            }
        }
    }

    /// Selects everything.
    init() {}

    /// Reads the selector of an object: `matchLabels` and `matchExpressions`; nil for an operator that is none.
    ///
    /// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
    init?(labelSelector: JSONValue) {
        requirements = labelSelector["matchLabels"].strings.map { .equals($0.key, $0.value) }
        for expression in labelSelector["matchExpressions"].array ?? [] {
            let key = expression["key"].string ?? ""
            let values = (expression["values"].array ?? []).compactMap(\.string)
            switch expression["operator"] {
            case "In": requirements.append(.isIn(key, values))
            case "NotIn": requirements.append(.isNotIn(key, values))
            case "Exists": requirements.append(.exists(key))
            case "DoesNotExist": requirements.append(.isAbsent(key))
            default: return nil
            }
        }
    }

    /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`; nil for anything else.
    init?(_ text: String) {
        for part in Self.parts(of: text) {
            guard let requirement = Self.requirement(part) else { return nil }
            requirements.append(requirement)
        }
    }

    /// Commas separate, but not inside parentheses.
    private static func parts(of text: String) -> [String] {
        var parts: [String] = []
        var current = ""
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append(current)
                current = ""
            } else {
                current.append(character)
            }
        }
        parts.append(current)
        return parts.map { $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }
            .filter { !$0.isEmpty }
    }

    private static func requirement(_ text: String) -> Requirement? {
        if let (key, value) = split(text, at: "!=") { return .differs(key, value) }
        if let (key, value) = split(text, at: "==") ?? split(text, at: "=") { return .equals(key, value) }
        if let (key, list) = split(text, at: " notin ") { return values(list).map { .isNotIn(key, $0) } }
        if let (key, list) = split(text, at: " in ") { return values(list).map { .isIn(key, $0) } }
        if text.contains(" ") { return nil }
        return text.hasPrefix("!") ? .isAbsent(String(text.dropFirst())) : .exists(text)
    }

    private static func split(_ text: String, at separator: String) -> (String, String)? {
        guard let range = text.firstRange(of: separator) else { return nil }
        let trim = { (part: Substring) in part.split(separator: " ").joined(separator: " ") }
        return (trim(text[..<range.lowerBound]), trim(text[range.upperBound...]))
    }

    private static func values(_ list: String) -> [String]? {
        guard list.hasPrefix("("), list.hasSuffix(")") else { return nil }
        return list.dropFirst().dropLast().split(separator: ",").map { $0.split(separator: " ").joined() }
    }

    /// Whether the values fulfil every requirement.
    func matches(_ values: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .equals(let key, let value): values[key] == value
            case .differs(let key, let value): values[key] != value
            case .isIn(let key, let list): values[key].map(list.contains) ?? false
            case .isNotIn(let key, let list): values[key].map { !list.contains($0) } ?? true
            case .exists(let key): values[key] != nil
            case .isAbsent(let key): values[key] == nil
            }
        }
    }
}
