import YAMLDocument

/// Prints diagnostics as compilers do: place, message, the source line and a caret.
package struct DiagnosticText: Sendable {
    private let file: String
    private let lines: [Substring]

    /// - Parameters:
    ///   - file: the name to print.
    ///   - source: the text that the diagnostics speak of.
    package init(file: String, source: [UInt8]) {
        self.file = file
        let text = String(decoding: source, as: UTF8.self)
        self.lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }

    /// `FILE:LINE:COLUMN: error: MESSAGE`, the line and a caret.
    package func render(_ diagnostic: Diagnostic) -> String {
        let mark = diagnostic.mark
        let head = "\(file):\(mark.line):\(mark.column): \(diagnostic.severity.rawValue): \(diagnostic.text)"
        guard lines.indices.contains(mark.line - 1) else { return head }
        let line = lines[mark.line - 1]
        if line.count > 400 { return head }
        let indent = line.prefix(mark.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(head)\n  \(line)\n  \(indent)^"
    }
}
