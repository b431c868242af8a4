/// The fields that a mapping of the configuration file may have; any other key is a mistake.
///
/// The one table of the file format: the checker, the JSON Schema and the printed configuration are made from it.
package final class ObjectSchema: Sendable {
    /// One field.
    package struct Field: Sendable {
        package let name: String
        package let value: ValueSchema
        /// What holds when the field is absent.
        package let absence: Absence
        /// What the field says, in one sentence without a period.
        package let summary: String
        /// Whether an empty string is as good as none, as in the kubelet's probes.
        package var isAbsentIfEmpty = false

        /// Whether the field must be given.
        package var isRequired: Bool {
            if case .required = absence { true } else { false }
        }
    }

    /// What the absence of a field means.
    package enum Absence: Sendable {
        /// It is a mistake.
        case required
        /// This value holds.
        case value(ConfigurationValue)
        /// What holds depends on something else; the field's summary says on what.
        case contextual
    }

    /// Names the schema where others refer to it.
    package let name: String
    package let fields: [Field]
    /// The names of the fields that must be given.
    let requiredNames: [String]
    /// Fields of which exactly one must be given; empty if there is no such choice.
    package let choice: [String]

    init(_ name: String, choice: [String] = [], _ fields: [Field]) {
        self.name = name
        self.choice = choice
        self.fields = fields
        requiredNames = fields.filter(\.isRequired).map(\.name)
    }

    /// The field of that name; nil if there is none.
    package func field(_ name: String) -> Field? { place(of: name).map { fields[$0] } }

    /// What the field of that name may hold; nil if there is no such field.
    func value(of name: String) -> ValueSchema? { place(of: name).map { fields[$0].value } }

    private func place(of name: String) -> Int? {
        for index in fields.indices where fields[index].name == name { return index }
        return nil
    }

    /// The same under another name, without the fields named.
    func without(_ names: Set<String>, named name: String) -> ObjectSchema {
        ObjectSchema(name, choice: choice, fields.filter { !names.contains($0.name) })
    }
}

extension ObjectSchema.Field {
    /// A field that must be given.
    static func required(_ name: String, _ value: ValueSchema, _ summary: String) -> Self {
        .init(name: name, value: value, absence: .required, summary: summary)
    }

    /// A field with a default.
    static func optional(
        _ name: String,
        _ value: ValueSchema,
        default standard: ConfigurationValue,
        _ summary: String
    ) -> Self {
        .init(name: name, value: value, absence: .value(standard), summary: summary)
    }

    /// The same field; an empty string is as good as none.
    var absentIfEmpty: Self {
        var field = self
        field.isAbsentIfEmpty = true
        return field
    }

    /// A field whose absence means what its summary says.
    static func optional(_ name: String, _ value: ValueSchema, _ summary: String) -> Self {
        .init(name: name, value: value, absence: .contextual, summary: summary)
    }
}
