import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import StandbyConfiguration

/// A validator of JSON Schema, which is not ours, and our own reading come to the same verdict on every fixture.
///
/// https://check-jsonschema.readthedocs.io
@Suite struct SchemaAgreementTests {
    private struct Report: Decodable {
        struct Mistake: Decodable {
            var filename: String
        }

        var errors: [Mistake]
        var parseErrors: [Mistake]?

        enum CodingKeys: String, CodingKey {
            case errors
            case parseErrors = "parse_errors"
        }
    }

    @Test func agreesWithTheReaderOnEveryFixture() async throws {
        // A text that is no YAML, or not ours, never comes before a schema.
        let files = try [.valid, .warned, .invalid].flatMap { try FixtureFile.all(in: $0) }.filter { file in
            try !file.read().reading.diagnostics.contains { if case .yaml = $0.message { true } else { false } }
        }
        let refused = try await Self.refused(files)
        #expect(files.count > 80)
        for file in files {
            let isRefused = refused.contains(file.url.path(percentEncoded: false))
            let isOurs = try file.read().reading.configuration == nil
            if try file.isBeyondTheSchema {
                // Were the schema able to express it after all, the mark would be wrong.
                #expect(!isRefused, "\(file.name) is not beyond the schema")
            } else {
                #expect(isRefused == isOurs, "\(file.name)")
            }
        }
    }

    @Test func acceptsTheReference() async throws {
        let reference = FixtureFile.root.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "config/kube-standby.yaml")
        #expect(try await Self.refused([FixtureFile(url: reference)]).isEmpty)
    }

    /// The paths of the files that the validator refuses.
    private static func refused(_ files: [FixtureFile]) async throws -> Set<String> {
        let schema = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString).json")
        try Data(JSONText.write(JSONSchema.document).utf8).write(to: schema)
        defer { try? FileManager.default.removeItem(at: schema) }
        let result = try await run(
            .name("check-jsonschema"),
            arguments: Arguments(
                ["--schemafile", schema.path(percentEncoded: false), "-o", "json", "-v"]
                    + files.map { $0.url.path(percentEncoded: false) }
            ),
            output: .string(limit: 16_000_000),
            error: .string(limit: 1_000_000)
        )
        let report = try JSONDecoder().decode(Report.self, from: Data(result.standardOutput.utf8))
        return Set((report.errors + (report.parseErrors ?? [])).map(\.filename))
    }
}
