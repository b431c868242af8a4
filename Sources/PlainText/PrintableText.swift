/// Text that anybody may have written, made fit to be printed: one line stays one line, and nothing steers a terminal.
///
/// Everything that this program prints as text goes through here: the log, answers and histories, diagnostics, errors.
package enum PrintableText {
    /// Unicode scalars of one text that are printed unless the caller says otherwise; the rest is cut.
    package static let limit = 2048

    /// One line: what could end the line or steer a terminal stands as an escape, like `\n` or `\u{1B}`.
    ///
    /// `limit`: after so many scalars it is cut, and how many were left out is said.
    package static func line(_ text: some StringProtocol, limit: Int = limit) -> String {
        if isPlain(text, limit: limit) { return String(text) }
        var line = ""
        var rest = 0
        for (number, scalar) in text.unicodeScalars.enumerated() {
            if number >= limit { rest += 1 } else { append(scalar, to: &line) }
        }
        return rest == 0 ? line : line + "… (\(rest) more)"
    }

    /// One line of bytes that ought to be UTF-8; those that are none stand as `\xNN`.
    package static func line(bytes: some Sequence<UInt8>, limit: Int = limit) -> String {
        var rest = Array(bytes.prefix(limit))[...]
        var line = ""
        while let first = rest.first {
            if let scalar = scalar(at: rest) {
                append(scalar, to: &line)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                line += hexadecimal("\\x", UInt32(first), digits: 2)
                rest = rest.dropFirst()
            }
        }
        return line
    }

    /// The scalar that bytes begin with; nil if they begin with none.
    private static func scalar(at bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        var decoder = UTF8()
        var iterator = bytes.prefix(4).makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&iterator) { return scalar }
        return nil
    }

    /// Text of several lines: line ends and tabs stay, everything else is escaped as in `line`.
    package static func lines(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !$0.isPrintable && $0 != "\n" && $0 != "\t" }) else { return text }
        var lines = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\t" {
                lines.unicodeScalars.append(scalar)
            } else {
                append(scalar, to: &lines)
            }
        }
        return lines
    }

    /// A JSON string with its quotes; what is not printable stands as `\uXXXX`, so that nothing is lost.
    ///
    /// https://www.rfc-editor.org/rfc/rfc8259#section-7
    package static func json(_ text: some StringProtocol, limit: Int = .max) -> String {
        var quoted = "\""
        var rest = 0
        for (number, scalar) in text.unicodeScalars.enumerated() {
            if number >= limit {
                rest += 1
            } else if scalar == "\"" || scalar == "\\" {
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            } else if scalar.isPrintable {
                quoted.unicodeScalars.append(scalar)
            } else {
                quoted += hexadecimal("\\u", scalar.value, digits: 4)
            }
        }
        return quoted + (rest == 0 ? "\"" : "… (\(rest) more)\"")
    }

    /// A finished JSON or YAML document, whose strings may hold what is not printable: there it becomes `\uXXXX`.
    package static func document(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !$0.isPrintable && $0 != "\n" && $0 != "\t" }) else { return text }
        var document = ""
        for scalar in text.unicodeScalars {
            if scalar.isPrintable || scalar == "\n" || scalar == "\t" {
                document.unicodeScalars.append(scalar)
            } else {
                document += hexadecimal("\\u", scalar.value, digits: 4)
            }
        }
        return document
    }

    // MARK: Escapes

    /// Whether a text is printed as it is; by far the most are.
    private static func isPlain(_ text: some StringProtocol, limit: Int) -> Bool {
        var count = 0
        for byte in text.utf8 {
            guard byte >= 0x20, byte < 0x7F, count < limit else { return false }
            count += 1
        }
        return true
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar {
        case _ where scalar.isPrintable: text.unicodeScalars.append(scalar)
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case "\0": text += "\\0"
        default: text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }

    private static func hexadecimal(_ prefix: String, _ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return prefix + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension Unicode.Scalar {
    /// Whether it neither ends a line, nor steers a terminal, nor turns the direction in which a line is read.
    ///
    /// Not printable are the controls C0 and C1 with DEL, the separators U+2028 and U+2029, the byte order mark, and the controls of
    /// Unicode's bidirectional algorithm: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
    package var isPrintable: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: false
        default: true
        }
    }
}
