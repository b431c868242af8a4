import YAMLDocument

/// Takes fields out of a document that are null: a blank value, as templates leave them, means that the field is absent.
///
/// Keys that are not known, entries of lists and labels stay as they are, for they are mistakes; so does what may be null.
enum BlankFields {
    /// The document without such fields.
    static func removed(from document: YAMLNode) -> YAMLNode {
        holdsNull(document) ? without(document, .file) : document
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
        case .string, .bool, .integer, .seconds, .enumeration, .port, .statusRange, .labels: return node
        }
    }

    private static func without(_ node: YAMLNode, _ schema: ObjectSchema) -> YAMLNode {
        guard let entries = node.mapping else { return node }
        var node = node
        node.content = .mapping(
            entries.compactMap { entry in
                guard let value = schema.value(of: entry.key) else { return entry }
                var entry = entry
                if !isNull(entry.value) {
                    entry.value = without(entry.value, value)
                } else if entry.key == "roleLabel" {
                    // It may be there to turn the label of `defaults` off, which mode EndpointSlice allows.
                    entry.value.content = .mapping([])
                } else if !mayBeNull(value) {
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

    private static func holdsNull(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar: isNull(node)
        case .sequence(let items): items.contains(where: holdsNull)
        case .mapping(let entries): entries.contains { holdsNull($0.value) }
        }
    }
}
