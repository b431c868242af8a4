extension String {
    /// The text in quotes, control characters escaped, cut after 100 characters.
    var quoted: String {
        let cut = unicodeScalars.count > 100
        return "\"" + String(String.UnicodeScalarView(unicodeScalars.prefix(100))).escaped + (cut ? "…" : "") + "\""
    }

    /// The text with control characters escaped, so that a file cannot write to a terminal.
    var escaped: String {
        guard unicodeScalars.contains(where: { $0.isControl }) else { return self }
        return unicodeScalars.map { $0.isControl ? $0.escaped(asASCII: true) : String($0) }.joined()
    }
}

extension Unicode.Scalar {
    /// C0 and C1 controls, and DEL.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
