import PlainText

/// Writes values as indented JSON.
package enum JSONText {
    /// The text of a value, with a line end.
    package static func write(_ value: ConfigurationValue) -> String { text(value, indent: "") + "\n" }

    private static func text(_ value: ConfigurationValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .null: return "null"
        case .bool(let flag): return "\(flag)"
        case .integer(let number): return "\(number)"
        case .number(let number): return number.plain
        case .string(let string): return quoted(string)
        case .list(let items):
            if items.isEmpty { return "[]" }
            return "[\n" + items.map { inner + text($0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .mapping(let entries):
            if entries.isEmpty { return "{}" }
            let lines = entries.map { "\(inner)\(quoted($0.key)): \(text($0.value, indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ string: String) -> String { PrintableText.json(string) }
}
