import Foundation
import Testing

@testable import StandbyConfiguration

/// A configuration in `Fixtures`, and the words beside it.
struct FixtureFile: CustomTestStringConvertible, Sendable {
    /// What the fixtures of a folder are.
    enum Folder: String {
        case valid
        case warned
        case invalid
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    let url: URL

    var name: String { url.lastPathComponent }

    var testDescription: String { name }

    static func all(in folder: Folder) throws -> [FixtureFile] {
        let folder = root.appending(path: folder.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        return names.filter { $0.hasSuffix(".yaml") }.map { FixtureFile(url: folder.appending(path: $0)) }
    }

    /// What the file gets, and all of it in words.
    func read() throws -> (reading: ConfigurationReading, words: String) {
        let bytes = Array(try Data(contentsOf: url))
        let reading = ConfigurationReading(bytes)
        let text = DiagnosticText(file: name, source: bytes, for: reading.diagnostics)
        return (reading, reading.diagnostics.map { text.render($0) + "\n" }.joined())
    }

    func expectedWords() throws -> String {
        try String(contentsOf: url.deletingPathExtension().appendingPathExtension("txt"), encoding: .utf8)
    }

    /// Whether the file says that its mistake is beyond what the JSON Schema can express.
    var isBeyondTheSchema: Bool {
        get throws { try String(contentsOf: url, encoding: .utf8).hasPrefix("# Beyond the JSON Schema.") }
    }
}
