import PlainText

/// A value as the configuration file writes it.
package indirect enum ConfigurationValue: Sendable, Hashable {
    /// Written `null`.
    case null
    /// Written `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// Seconds or any other number with a fraction.
    case number(Double)
    /// A text, quoted where it must be.
    case string(String)
    /// In the order to be written.
    case list([ConfigurationValue])
    /// In the order to be written.
    case mapping([Entry])

    /// A key and its value.
    package struct Entry: Sendable, Hashable {
        /// Unique in its mapping.
        package var key: String
        /// What the key has.
        package var value: ConfigurationValue

        /// A key with its value.
        package init(_ key: String, _ value: ConfigurationValue) {
            self.key = key
            self.value = value
        }
    }

    /// A mapping of the fields that have a value.
    static func fields(_ fields: [(String, ConfigurationValue?)]) -> ConfigurationValue {
        .mapping(fields.compactMap { name, value in value.map { Entry(name, $0) } })
    }

    /// A list of texts.
    static func strings(_ strings: [String]) -> ConfigurationValue { .list(strings.map(ConfigurationValue.string)) }

    /// Seconds, whole ones without a fraction.
    static func seconds(_ duration: Duration) -> ConfigurationValue {
        let (whole, attoseconds) = duration.components
        if attoseconds == 0 { return .integer(Int(whole)) }
        return .number(Double(whole) + Double(attoseconds) / 1e18)
    }
}

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
