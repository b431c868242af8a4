/// The fields that a mapping of the configuration file may have; any other key is a mistake.
package struct ObjectSchema: Sendable {
    /// One field.
    package struct Field: Sendable {
        package var name: String
        package var value: ValueSchema
        package var isRequired: Bool

        init(_ name: String, _ value: ValueSchema, isRequired: Bool = false) {
            self.name = name
            self.value = value
            self.isRequired = isRequired
        }
    }

    package var fields: [Field]

    init(_ fields: [Field]) {
        self.fields = fields
    }

    /// The field of that name; nil if there is none.
    package func field(_ name: String) -> Field? {
        fields.first { $0.name == name }
    }

    /// The same without the fields named.
    func without(_ names: Set<String>) -> ObjectSchema {
        ObjectSchema(fields.filter { !names.contains($0.name) })
    }
}
