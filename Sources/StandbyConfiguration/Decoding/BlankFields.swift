import YAMLDocument

/// Takes fields out of a document that are null: a blank value, as templates leave them, means that the field is absent.
///
/// So does an empty string in those fields of a probe where Kubernetes takes it for that. Keys that are not known, entries of lists and labels stay as they are, for they are mistakes; so does what may be null.
enum BlankFields {
    /// The document without such fields.
    static func removed(from document: YAMLNode) -> YAMLNode {
        holdsBlank(document) ? without(document, SupervisorConfiguration.fields.schema) : document
    }

    private static func without(_ node: YAMLNode, _ value: ValueSchema) -> YAMLNode {
        switch value {
        case .object(let schema): return without(node, schema)
        case .list(let item, _):
            guard let items = node.sequence else { return node }
            var node = node
            node.content = .sequence(items.map { without($0, item) })
            return node
        case .nullable(let wrapped): return without(node, wrapped)
        case .string, .bool, .integer, .number, .seconds, .enumeration, .port, .statusRange, .labels: return node
        }
    }

    private static func without(_ node: YAMLNode, _ schema: ObjectSchema) -> YAMLNode {
        guard let entries = node.mapping else { return node }
        var node = node
        node.content = .mapping(
            entries.compactMap { entry in
                guard let field = schema.field(entry.key) else { return entry }
                var entry = entry
                if field.isAbsentIfEmpty, entry.value.string?.isEmpty == true { return nil }
                if !isNull(entry.value) {
                    entry.value = without(entry.value, field.value)
                } else if !mayBeNull(field.value) {
                    return nil
                }
                return entry
            }
        )
        return node
    }

    private static func mayBeNull(_ value: ValueSchema) -> Bool {
        if case .nullable = value { true } else { false }
    }

    private static func isNull(_ node: YAMLNode) -> Bool {
        // A null has at most four characters; most scalars are told apart without being resolved.
        guard let scalar = node.scalar, scalar.style == .plain, scalar.text.utf8.count <= 4 else { return false }
        return scalar.value == .null
    }

    private static func holdsBlank(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar(let scalar): scalar.text.isEmpty || isNull(node)
        case .sequence(let items): items.contains(where: holdsBlank)
        case .mapping(let entries): entries.contains { holdsBlank($0.value) }
        }
    }
}
