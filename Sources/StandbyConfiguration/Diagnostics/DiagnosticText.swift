import PlainText
import YAMLDocument

/// Prints diagnostics as compilers do: place, message, the source line and a caret.
package struct DiagnosticText: Sendable {
    /// The words around a diagnostic that a terminal may show in colour.
    package struct Colours: Sendable {
        /// Escape sequences; empty for none.
        package var error = ""
        /// Before a warning.
        package var warning = ""
        /// Before the place.
        package var bold = ""
        /// After each of them.
        package var reset = ""

        /// For files and pipes.
        package static let none = Colours()
        /// For terminals of ANSI X3.64.
        package static let terminal = Colours(
            error: "\u{1B}[1;31m",
            warning: "\u{1B}[1;35m",
            bold: "\u{1B}[1m",
            reset: "\u{1B}[0m"
        )
    }

    /// A longer source line is not shown.
    private static let longestLine = 400

    private let file: String
    private let colours: Colours
    private let lines: [Int: [Unicode.Scalar]]

    /// - Parameters:
    ///   - file: the name to print.
    ///   - source: the text that the diagnostics speak of.
    ///   - diagnostics: those that are going to be printed; only their lines are kept.
    ///   - colours: what to colour, and how.
    package init(file: String, source: [UInt8], for diagnostics: [Diagnostic], colours: Colours = .none) {
        self.file = file
        self.colours = colours
        lines = SourceLines.find(Set(diagnostics.map(\.mark.line)), in: source)
    }

    /// `FILE:LINE:COLUMN: error: MESSAGE`.
    package func summary(_ diagnostic: Diagnostic) -> String {
        let (file, text) = (PrintableText.line(file), PrintableText.line(diagnostic.text))
        let place = "\(colours.bold)\(file):\(diagnostic.mark):\(colours.reset)"
        return "\(place) \(colour(of: diagnostic))\(diagnostic.severity.rawValue):\(colours.reset) \(text)"
    }

    private func colour(of diagnostic: Diagnostic) -> String {
        diagnostic.severity == .error ? colours.error : colours.warning
    }

    /// The summary, the line without its secrets, and a caret.
    package func render(_ diagnostic: Diagnostic) -> String {
        let mark = diagnostic.mark
        let colour = colour(of: diagnostic)
        let head = summary(diagnostic)
        guard let line = lines[mark.line], line.count <= Self.longestLine else { return head }
        let text = line.map { $0.isPrintable || $0 == "\t" ? $0 : "\u{FFFD}" }
        let indent = line.prefix(mark.column - 1).map { $0 == "\t" ? "\t" : " " as Unicode.Scalar }
        return "\(head)\n  \(Self.string(QuotedLine(text).shown))\n  \(Self.string(indent))\(colour)^\(colours.reset)"
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
