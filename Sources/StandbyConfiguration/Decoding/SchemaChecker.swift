import YAMLDocument

/// Holds a tree of nodes against the schema and collects every mistake; required keys are another pass's matter, because
/// `defaults` may supply them.
struct SchemaChecker {
    private(set) var diagnostics: [Diagnostic] = []

    mutating func check(_ node: YAMLNode, against schema: ObjectSchema, path: String, requiresKeys: Bool = false) {
        guard let entries = node.mapping else {
            return report(.wrongType(found: node.words, allowed: "a mapping"), path: path, node: node)
        }
        for entry in entries {
            let entryPath = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            if let field = schema.field(entry.key) {
                check(entry.value, against: field.value, path: entryPath)
            } else {
                reportUnknownKey(entry, schema: schema, path: path)
            }
        }
        for field in schema.fields where requiresKeys && field.isRequired && node[field.name] == nil {
            report(.missingKey(field.name), path: path, node: node)
        }
    }

    private mutating func check(_ node: YAMLNode, against schema: ValueSchema, path: String) {
        switch schema {
        case .object(let object):
            check(node, against: object, path: path, requiresKeys: !ObjectSchema.isMerged(at: path))
        case .list(let item, let isEmptyAllowed): checkList(node, item, isEmptyAllowed: isEmptyAllowed, path: path)
        case .labels: checkLabels(node, path: path)
        case .nullable(let wrapped): if node.scalar?.value != .null { check(node, against: wrapped, path: path) }
        case .string, .bool, .integer, .seconds, .enumeration, .port, .statusRange:
            checkScalar(node, schema, path: path)
        }
    }

    private mutating func checkList(_ node: YAMLNode, _ item: ValueSchema, isEmptyAllowed: Bool, path: String) {
        guard let items = node.sequence else {
            return report(.wrongType(found: node.words, allowed: "a list"), path: path, node: node)
        }
        if items.isEmpty, !isEmptyAllowed {
            report(.wrongType(found: "an empty list", allowed: "a list of at least one entry"), path: path, node: node)
        }
        for (index, value) in items.enumerated() { check(value, against: item, path: "\(path)[\(index)]") }
    }

    private mutating func checkLabels(_ node: YAMLNode, path: String) {
        guard let entries = node.mapping else {
            return report(.wrongType(found: node.words, allowed: "a mapping of labels"), path: path, node: node)
        }
        for entry in entries {
            let format = ValueSchema.StringFormat.labelKey
            if !format.accepts(entry.key) {
                let message = DiagnosticMessage.wrongType(found: "\"\(entry.key)\"", allowed: format.words)
                diagnostics.append(Diagnostic(message, path: path, mark: entry.keyMark))
            }
            check(entry.value, against: .string(.labelValue), path: "\(path).\(entry.key)")
        }
    }

    private mutating func checkScalar(_ node: YAMLNode, _ schema: ValueSchema, path: String) {
        guard let scalar = node.scalar, schema.accepts(scalar) else {
            let found = node.words
            guard case .enumeration(let names) = schema, let text = node.string else {
                return report(.wrongType(found: found, allowed: schema.words), path: path, node: node)
            }
            let suggestion = Suggestion.nearest(to: text, among: names)
            return report(
                .notAllowed(found: found, allowed: schema.words, suggestion: suggestion),
                path: path,
                node: node
            )
        }
    }

    private mutating func reportUnknownKey(_ entry: YAMLEntry, schema: ObjectSchema, path: String) {
        let allowed = schema.fields.map(\.name)
        let suggestion = Suggestion.nearest(to: entry.key, among: allowed)
        let message = DiagnosticMessage.unknownKey(entry.key, allowed: allowed, suggestion: suggestion)
        diagnostics.append(Diagnostic(message, path: path, mark: entry.keyMark, aliasMark: entry.value.aliasMark))
    }

    private mutating func report(_ message: DiagnosticMessage, path: String, node: YAMLNode) {
        diagnostics.append(Diagnostic(message, path: path, mark: node.mark, aliasMark: node.aliasMark))
    }
}

extension ObjectSchema {
    /// Whether the mapping at `path` may get keys from `defaults`, so that a key missing here is not missing yet.
    fileprivate static func isMerged(at path: String) -> Bool {
        path == "defaults" || path.hasPrefix("groups[") && path.hasSuffix("]") && !path.contains(".")
    }
}
