import YAMLDocument

/// Merges `defaults` into a group: field by field, a probe's handler whole, its timings one by one.
enum DefaultsMerge {
    /// Nodes that `defaults` may come to, over all groups.
    static let nodeLimit = 4_000_000

    /// Mappings inside a group whose fields merge one by one.
    private static let mergedMappings: Set<String> = [
        "roleLabel", "probe", "passiveProbe", "failover", "flap", "hooks",
    ]

    /// The group with what it does not say itself taken from `defaults`; marks stay where each value was written.
    static func merge(_ defaults: YAMLNode?, into group: YAMLNode) -> YAMLNode {
        guard let inherited = defaults?.mapping, let own = group.mapping else { return group }
        let hasOwnHandler = own.contains { ObjectSchema.handlers.contains($0.key) }
        var entries = own
        for index in entries.indices where mergedMappings.contains(entries[index].key) {
            entries[index].value = merge(defaults?[entries[index].key], into: entries[index].value)
        }
        for entry in inherited where group[entry.key] == nil {
            if hasOwnHandler, ObjectSchema.handlers.contains(entry.key) { continue }
            entries.append(entry)
        }
        var merged = group
        merged.content = .mapping(entries)
        return merged
    }
}
