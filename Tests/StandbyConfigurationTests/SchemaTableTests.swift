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
        for name in Self.fieldNames() {
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

    /// What a field's absence means is what the decoder does.
    @Test func everyDefaultOfTheTableIsTheDecoders() throws {
        let minimal = try #require(Fixture.read(Fixture.minimal).configuration)
        let spelt = Self.withDefaults(minimal.effective, .file)
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
        case (.list(let items), .list(let item, _)): .list(items.map { nested($0, item) })
        default: value
        }
    }

    /// The names of all fields, once each.
    private static func fieldNames(_ schema: ObjectSchema = .file) -> Set<String> {
        schema.fields.reduce(into: Set()) { names, field in
            names.insert(field.name)
            if let inner = inner(field.value) { names.formUnion(fieldNames(inner)) }
        }
    }

    private static func inner(_ value: ValueSchema) -> ObjectSchema? {
        switch value {
        case .object(let object): object
        case .list(let item, _): inner(item)
        default: nil
        }
    }
}
