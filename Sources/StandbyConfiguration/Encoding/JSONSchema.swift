/// The JSON Schema of the file format, made from the same table as the checker.
///
/// https://json-schema.org/draft/2020-12
package enum JSONSchema {
    /// Names the schema of this version of the format.
    package static let identifier = "urn:kube-standby:schema:v1"

    /// The whole schema.
    package static var document: ConfigurationValue {
        var definitions: [ConfigurationValue.Entry] = []
        var known: Set<String> = []
        let file = SupervisorConfiguration.fields.schema
        collect(file, into: &definitions, known: &known)
        guard case .mapping(let root) = object(file) else { return .null }
        return .mapping(
            [
                .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                .init("$id", .string(identifier)),
                .init("title", .string("kube-standby configuration")),
            ] + root + [.init("$defs", .mapping(definitions.sorted { $0.key < $1.key }))]
        )
    }

    /// Defines every schema below `schema` once.
    private static func collect(
        _ schema: ObjectSchema,
        into definitions: inout [ConfigurationValue.Entry],
        known: inout Set<String>
    ) {
        for field in schema.fields {
            guard let inner = nested(field.value), known.insert(inner.name).inserted else { continue }
            definitions.append(.init(inner.name, object(inner)))
            collect(inner, into: &definitions, known: &known)
        }
    }

    private static func nested(_ value: ValueSchema) -> ObjectSchema? {
        switch value {
        case .object(let schema): schema
        case .list(let item, _): nested(item)
        case .nullable(let wrapped): nested(wrapped)
        case .string, .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange, .labels: nil
        }
    }

    // MARK: Objects

    /// The definition of one mapping.
    static func object(_ schema: ObjectSchema) -> ConfigurationValue {
        let properties = schema.fields.map { ConfigurationValue.Entry($0.name, property($0, of: schema)) }
        // What `defaults` may supply cannot be required of a group, nor is anything required of `defaults`.
        let required = schema.fields.filter { $0.isRequired && !schema.isSupplied($0) }.map(\.name)
        return .fields([
            ("type", .string("object")),
            ("properties", .mapping(properties)),
            ("additionalProperties", .bool(false)),
            ("required", required.isEmpty ? nil : .strings(required)),
            // The choice may be made in `defaults`, so that a probe in either place may have timings only.
            ("oneOf", schema.choice.isEmpty || schema.isMerged ? nil : oneOf(schema.choice)),
            ("not", schema.choice.isEmpty || !schema.isMerged ? nil : severalOf(schema.choice)),
        ])
    }

    private static func oneOf(_ names: [String]) -> ConfigurationValue {
        .list(names.map { given([$0]) })
    }

    /// Two of the names at once.
    private static func severalOf(_ names: [String]) -> ConfigurationValue {
        let pairs = names.indices.flatMap { first in
            names.indices.dropFirst(first + 1).map { [names[first], names[$0]] }
        }
        return .fields([("anyOf", .list(pairs.map(given)))])
    }

    /// The fields are there, and not null.
    private static func given(_ names: [String]) -> ConfigurationValue {
        let something = ConfigurationValue.fields([("not", .fields([("type", .string("null"))]))])
        return .fields([
            ("required", .strings(names)), ("properties", .mapping(names.map { .init($0, something) })),
        ])
    }

    private static func property(_ field: ObjectSchema.Field, of schema: ObjectSchema) -> ConfigurationValue {
        let mayBeAbsent = !field.isRequired || schema.isSupplied(field)
        let given = field.isAbsentIfEmpty ? orEmpty(value(field.value)) : value(field.value)
        guard case .mapping(var entries) = mayBeAbsent ? orNull(given) : given else { return .null }
        entries.append(.init("description", .string(field.summary + ".")))
        if case .value(let standard) = field.absence { entries.append(.init("default", standard)) }
        return .mapping(entries)
    }

    /// The same, or an empty string.
    private static func orEmpty(_ schema: ConfigurationValue) -> ConfigurationValue {
        .fields([("anyOf", .list([schema, .fields([("enum", .strings([""]))])]))])
    }

    /// The same, or null, which means that the field is absent.
    private static func orNull(_ schema: ConfigurationValue) -> ConfigurationValue {
        let null = ConfigurationValue.fields([("type", .string("null"))])
        guard case .mapping(var entries) = schema, let first = entries.first else { return schema }
        switch (first.key, first.value) {
        case ("type", let type): entries[0].value = .list([type, .string("null")])
        case ("enum", .list(let values)): entries[0].value = .list(values + [.null])
        case ("anyOf", .list(let choices)) where choices.contains(null): break
        case ("anyOf", .list(let choices)): entries[0].value = .list(choices + [null])
        default: return .fields([("anyOf", .list([schema, null]))])
        }
        return .mapping(entries)
    }

    // MARK: Values

    private static func value(_ schema: ValueSchema) -> ConfigurationValue {
        switch schema {
        case .string(let format): string(format)
        case .bool: .fields([("type", .string("boolean"))])
        case .integer(let range):
            .fields([
                ("type", .string("integer")), ("minimum", .integer(range.lowerBound)),
                ("maximum", .integer(range.upperBound)),
            ])
        case .number: .fields([("type", .string("number"))])
        case .seconds(let range):
            .fields([
                ("type", .string("number")), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)),
            ])
        case .enumeration(let names): .fields([("enum", .strings(names))])
        case .port(let mayBeNamed): port(mayBeNamed: mayBeNamed)
        case .statusRange: statusRange
        case .list(let item, let isEmptyAllowed):
            .fields([
                ("type", .string("array")), ("items", value(item)), ("minItems", isEmptyAllowed ? nil : .integer(1)),
            ])
        case .labels:
            .fields([
                ("type", .string("object")),
                ("propertyNames", string(.labelKey)),
                ("additionalProperties", string(.labelValue)),
            ])
        case .object(let object): .fields([("$ref", .string("#/$defs/\(object.name)"))])
        case .nullable(let wrapped):
            .fields([("anyOf", .list([value(wrapped), .fields([("type", .string("null"))])]))])
        }
    }

    private static func port(mayBeNamed: Bool) -> ConfigurationValue {
        let number = value(.integer(1...65_535))
        // A service name of RFC 6335: at least one letter, no hyphen at an end or beside another.
        let name = ConfigurationValue.fields([
            ("type", .string("string")), ("maxLength", .integer(15)),
            ("pattern", .string("^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$")),
        ])
        return mayBeNamed ? .fields([("anyOf", .list([number, name]))]) : number
    }

    private static var statusRange: ConfigurationValue {
        let text = ConfigurationValue.fields([
            ("type", .string("string")), ("pattern", .string("^[1-5][0-9]{2}(-[1-5][0-9]{2})?$")),
        ])
        return .fields([("anyOf", .list([value(.integer(100...599)), text]))])
    }

    private static func string(_ format: StringFormat) -> ConfigurationValue {
        let (minimum, maximum) = format.lengths
        return .fields([
            ("type", .string("string")),
            ("minLength", minimum == 0 ? nil : .integer(minimum)),
            ("maxLength", maximum.map(ConfigurationValue.integer)),
            ("pattern", format.pattern.map(ConfigurationValue.string)),
        ])
    }
}
