import FailoverCore
import Foundation
import Testing

@testable import StandbyConfiguration

/// The table of the file format against what is made from it.
@Suite struct SchemaTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    @Test func theSchemaInTheRepositoryIsTheCurrentOne() throws {
        let kept = try text("config/kube-standby.schema.json")
        #expect(
            kept == JSONText.write(JSONSchema.document),
            "run: kube-standby schema > config/kube-standby.schema.json"
        )
    }

    @Test func theReferenceIsValidAndShowsEveryField() throws {
        let text = try text("config/kube-standby.yaml")
        let reading = ConfigurationReading(Array(text.utf8))
        #expect(reading.errors.map(\.text) == [])
        let lines = text.split(separator: "\n")
        for name in Set(Self.fields().map(\.name)) {
            // Either on a line of its own or inside braces, and in any case on a line that says what it is.
            let line = lines.first { $0.contains("\(name):") && $0.contains("#") }
            #expect(line != nil, "\(name) has no line with a comment")
        }
    }

    @Test func theReferenceKeepsToTheDefaults() throws {
        let text = try text("config/kube-standby.yaml")
        let reading = ConfigurationReading(Array(text.utf8))
        let web = try #require(reading.configuration?.groups.first)
        #expect(web.failover == FailoverConfiguration() && web.probe.timing == ProbeTiming())
        #expect(web.roleLabel == RoleLabel() && web.mode == .label && !web.requireReady && !web.isPaused)
    }

    /// The reference repeats what the table says of numbers, for a reader who has nothing else.
    @Test func theReferenceNamesTheBoundsOfEveryNumber() throws {
        let lines = try text("config/kube-standby.yaml").split(separator: "\n")
        // Bounds that another field narrows, or that mean nothing.
        let others = ["fastPeriodSeconds": "0.05…periodSeconds", "terminationGracePeriodSeconds": ""]
        for field in Self.fields() {
            guard let bounds = others[field.name] ?? Self.bounds(field.value) else { continue }
            let described = lines.filter { $0.contains("\(field.name):") && $0.contains("#") }
            #expect(described.contains { $0.contains(bounds) || bounds.isEmpty }, "\(field.name) has no \(bounds)")
        }
    }

    /// As the reference writes them; nil for what is no number.
    private static func bounds(_ value: ValueSchema) -> String? {
        switch value {
        case .integer(let range): "\(range.lowerBound)…\(range.upperBound)"
        case .seconds(let range): "\(range.lowerBound.plain)…\(range.upperBound.plain)"
        default: nil
        }
    }

    @Test func everyFieldSaysWhatItIs() {
        for field in Self.fields() { #expect(!field.summary.isEmpty && !field.summary.hasSuffix("."), "\(field.name)") }
    }

    /// Whoever adds a field spells its key in the table, and elsewhere only to check it against other fields.
    @Test(arguments: ["Schema", "Decoding", "Encoding", "Diagnostics"])
    func nothingThatWorksByTheTableSpellsAKey(folder: String) throws {
        let folder = Self.root.appending(path: "Sources/StandbyConfiguration/\(folder)")
        // By these the groups are found before there is a table to go by.
        // JSON Schema has a word of its own for what is required, and YAML 1.1 one for what is true.
        let names = Set(Self.fields().map(\.name)).subtracting(["groups", "defaults", "required", "on"])
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            #expect(names.filter { text.contains("\"\($0)\"") } == [], "\(file)")
        }
    }

    /// What a field's absence means is what the decoder does.
    @Test func everyDefaultOfTheTableIsTheDecoders() throws {
        let minimal = try #require(Fixture.read(Fixture.minimal).configuration)
        let spelt = Self.withDefaults(minimal.effective, SupervisorConfiguration.fields.schema)
        let reading = ConfigurationReading(Array(YAMLText.write(spelt).utf8))
        #expect(reading.errors.map(\.text) == [])
        #expect(reading.configuration == minimal)
    }

    /// Replaces every value by its default, where the table has one.
    private static func withDefaults(_ value: ConfigurationValue, _ schema: ObjectSchema) -> ConfigurationValue {
        guard case .mapping(let entries) = value else { return value }
        return .mapping(
            entries.map { entry in
                guard let field = schema.field(entry.key) else { return entry }
                if case .value(let standard) = field.absence { return .init(entry.key, standard) }
                return .init(entry.key, nested(entry.value, field.value))
            }
        )
    }

    private static func nested(_ value: ConfigurationValue, _ schema: ValueSchema) -> ConfigurationValue {
        switch (value, schema) {
        case (_, .object(let object)): withDefaults(value, object)
        case (_, .nullable(let wrapped)): nested(value, wrapped)
        case (.list(let items), .list(let item, _)): .list(items.map { nested($0, item) })
        default: value
        }
    }

    /// Every field of every mapping, once each.
    private static func fields() -> [ObjectSchema.Field] {
        var known: Set<String> = []
        func below(_ schema: ObjectSchema) -> [ObjectSchema.Field] {
            guard schema.name != "defaults", known.insert(schema.name).inserted else { return [] }
            return schema.fields + schema.fields.compactMap { inner($0.value) }.flatMap(below)
        }
        return below(SupervisorConfiguration.fields.schema)
    }

    private static func inner(_ value: ValueSchema) -> ObjectSchema? {
        switch value {
        case .object(let object): object
        case .list(let item, _): inner(item)
        case .nullable(let wrapped): inner(wrapped)
        default: nil
        }
    }
}
