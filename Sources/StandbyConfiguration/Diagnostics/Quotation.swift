import PlainText

extension String {
    /// The text in quotes, escaped, cut after 100 characters.
    var quoted: String {
        let cut = unicodeScalars.count > 100
        return "\"" + PrintableText.line(String(String.UnicodeScalarView(unicodeScalars.prefix(100))))
            + (cut ? "…" : "")
            + "\""
    }

    /// The text escaped, so that a file cannot write to a terminal.
    var escaped: String { PrintableText.line(self) }
}
