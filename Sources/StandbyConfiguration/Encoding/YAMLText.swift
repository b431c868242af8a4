import PlainText
import YAMLDocument

/// Writes values as YAML that reads back as the same values.
package enum YAMLText {
    /// The text of a value, a line or more, with a line end.
    package static func write(_ value: ConfigurationValue) -> String {
        var text = ""
        append(value, indent: 0, to: &text)
        return text
    }

    private static func append(_ value: ConfigurationValue, indent: Int, to text: inout String) {
        switch value {
        case .mapping(let entries) where !entries.isEmpty:
            for (index, entry) in entries.enumerated() {
                if index > 0 { text += String(repeating: " ", count: indent) }
                text += scalar(.string(entry.key)) + ":"
                appendNested(entry.value, indent: indent, to: &text)
            }
        case .list(let items) where !items.isEmpty:
            for (index, item) in items.enumerated() {
                if index > 0 { text += String(repeating: " ", count: indent) }
                text += "- "
                append(item, indent: indent + 2, to: &text)
            }
        case .null, .bool, .integer, .number, .string, .list, .mapping: text += scalar(value) + "\n"
        }
    }

    /// A value after its key: on the same line, or below it.
    private static func appendNested(_ value: ConfigurationValue, indent: Int, to text: inout String) {
        switch value {
        case .mapping(let entries) where !entries.isEmpty:
            text += "\n" + String(repeating: " ", count: indent + 2)
            append(value, indent: indent + 2, to: &text)
        case .list(let items) where !items.isEmpty:
            if let line = flow(items) {
                text += " \(line)\n"
                return
            }
            text += "\n" + String(repeating: " ", count: indent + 2)
            append(value, indent: indent + 2, to: &text)
        case .null, .bool, .integer, .number, .string, .list, .mapping: text += " " + scalar(value) + "\n"
        }
    }

    /// A short list of scalars on one line; nil for any other list.
    private static func flow(_ items: [ConfigurationValue]) -> String? {
        let areScalars = items.allSatisfy { item in
            switch item {
            case .null, .bool, .integer, .number, .string: true
            case .list, .mapping: false
            }
        }
        let line = "[\(items.map(scalar).joined(separator: ", "))]"
        return areScalars && line.utf8.count <= 80 ? line : nil
    }

    private static func scalar(_ value: ConfigurationValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): number.plain
        case .string(let text): isPlain(text) ? text : quoted(text)
        case .list: "[]"
        case .mapping: "{}"
        }
    }

    /// Whether a text, written as it is, is read as this string by every YAML reader, also one of YAML 1.1.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/") else { return false }
        guard text.utf8.allSatisfy({ isLetter($0) || isDigit($0) || "-_./".utf8.contains($0) }) else { return false }
        return !["yes", "no", "on", "off", "y", "n", "true", "false", "null"].contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\t": "\\t"
            // No YAML reader takes the two noncharacters as they are.
            case "\u{FFFE}", "\u{FFFF}": "\\u" + hexadecimal(scalar.value)
            default: scalar.isPrintable ? String(scalar) : "\\u" + hexadecimal(scalar.value)
            }
        }
        return "\"" + escaped.joined() + "\""
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
