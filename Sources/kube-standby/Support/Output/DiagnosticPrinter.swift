import ArgumentParser
import Foundation
import PlainText
import StandbyConfiguration
import YAMLDocument

/// Prints the diagnostics of several files in one format.
struct DiagnosticPrinter {
    /// A diagnostic as JSON has it.
    fileprivate struct Record: Encodable {
        var file: String
        var line: Int
        var column: Int
        var severity: String
        var path: String
        var message: String
    }

    /// How they are written.
    let format: DiagnosticFormat
    private let quotesSource: Bool
    private var records: [Record] = []

    /// `format`: how they are written; `quotesSource`: whether text shows the line that is meant: what a log keeps is read by more than may
    /// read the file.
    init(_ format: DiagnosticFormat, quotesSource: Bool = true) {
        self.format = format
        self.quotesSource = quotesSource
    }

    /// Prints a file's diagnostics, or keeps them until the end.
    mutating func print(_ diagnostics: [Diagnostic], file: String, source: [UInt8]) {
        switch format {
        case .text:
            let colours: DiagnosticText.Colours = StandardError.takesColour ? .terminal : .none
            let text = DiagnosticText(file: file, source: source, for: diagnostics, colours: colours)
            for diagnostic in diagnostics {
                StandardError.write((quotesSource ? text.render(diagnostic) : text.summary(diagnostic)) + "\n")
            }
        case .json: records += diagnostics.map { Record(file: file, $0) }
        case .github: for diagnostic in diagnostics { StandardOutput.print(Self.command(diagnostic, file: file)) }
        }
    }

    /// Prints what was kept.
    func finish() {
        guard format == .json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if let text = try? encoder.encode(records) {
            StandardOutput.print(PrintableText.document(String(decoding: text, as: UTF8.self)))
        }
    }

    private static func command(_ diagnostic: Diagnostic, file: String) -> String {
        let place = "file=\(property(file)),line=\(diagnostic.mark.line),col=\(diagnostic.mark.column)"
        return "::\(diagnostic.severity.rawValue) \(place)::\(data(PrintableText.line(diagnostic.text)))"
    }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

extension DiagnosticPrinter.Record {
    fileprivate init(file: String, _ diagnostic: Diagnostic) {
        self.init(
            file: file,
            line: diagnostic.mark.line,
            column: diagnostic.mark.column,
            severity: diagnostic.severity.rawValue,
            path: diagnostic.path,
            message: diagnostic.message.description + diagnostic.notes.map { " (\($0))" }.joined()
        )
    }
}

/// How diagnostics are printed.
enum DiagnosticFormat: String, ExpressibleByArgument, CaseIterable {
    /// As compilers print them, on standard error; in colour on a terminal.
    case text
    /// One array of objects, on standard output.
    case json
    /// Workflow commands of GitHub Actions, on standard output.
    ///
    /// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    case github
}
