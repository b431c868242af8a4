import YAMLDocument

/// Merges `defaults` into a group: field by field, a probe's handler whole, its timings one by one.
enum DefaultsMerge {
    /// Nodes that `defaults` may come to, over all groups.
    static let nodeLimit = 4_000_000

    /// The group with what it does not say itself taken from `defaults`; marks stay where each value was written.
    ///
    /// `schema`: says what merges field by field.
    static func merge(_ defaults: YAMLNode?, into group: YAMLNode, _ schema: ObjectSchema) -> YAMLNode {
        guard let inherited = defaults?.mapping, let own = group.mapping else { return group }
        let hasOwnChoice = own.contains { schema.choice.contains($0.key) }
        var entries = own
        for (index, entry) in own.enumerated() {
            guard case .object(let inner) = schema.value(of: entry.key), inner.isMerged else { continue }
            entries[index].value = merge(defaults?[entry.key], into: entry.value, inner)
        }
        for entry in inherited where group[entry.key] == nil {
            if hasOwnChoice, schema.choice.contains(entry.key) { continue }
            entries.append(entry)
        }
        var merged = group
        merged.content = .mapping(entries)
        return merged
    }
}
