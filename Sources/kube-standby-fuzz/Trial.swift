import StandbyConfiguration
import YAMLDocument

/// One input, through everything that a user's file goes through.
struct Trial {
    /// What an input turned out to be.
    enum Verdict {
        /// It is read as a configuration.
        case valid
        /// It has mistakes, each with its diagnostic.
        case refused
    }

    /// Something that must hold does not.
    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    private let input: [UInt8]

    /// `input`: the bytes of a file.
    init(_ input: [UInt8]) {
        self.input = input
    }

    /// Reads, prints every diagnostic, and reads again what a valid one is printed as.
    @discardableResult
    func run() throws(Broken) -> Verdict {
        let reading = ConfigurationReading(input)
        let text = DiagnosticText(file: "fuzz.yaml", source: input, for: reading.diagnostics, colours: .terminal)
        for diagnostic in reading.diagnostics where text.render(diagnostic).isEmpty {
            throw Broken(description: "a diagnostic has no words")
        }
        if reading.configuration == nil, reading.errors.isEmpty { throw Broken(description: "refused without a word") }
        _ = ManifestReading(input, skipsOthers: true).diagnostics.count
        guard let configuration = reading.configuration else { return .refused }
        let again = ConfigurationReading(Array(YAMLText.write(configuration.effective).utf8))
        guard again.configuration == configuration else {
            let words = again.diagnostics.map(\.text).joined(separator: "; ")
            throw Broken(description: "what was printed reads back as another configuration: \(words)")
        }
        if !ConfigurationDiff(from: configuration, to: configuration).isEmpty {
            throw Broken(description: "a configuration differs from itself")
        }
        return .valid
    }
}
