import StandbyConfiguration

/// By which group's name the shard of each is found: one process has to know all groups that belong together or stay apart.
///
/// That is the smallest name among them, so that all replicas that have the same file come to the same.
struct GroupHomes: Sendable {
    private var homes: [String: GroupConfiguration] = [:]

    /// Those of a file; who names nobody, and is named by nobody, is its own.
    init(_ groups: [GroupConfiguration] = []) {
        let sets = CompanionSets(groups)
        let names = sets.names
        if names.isEmpty { return }
        let named = groups.filter { names.contains($0.name) }
        let known = Dictionary(named.map { ($0.name, $0) }) { first, _ in first }
        for group in named { homes[group.name] = known[sets.home(of: group.name)] }
    }

    /// The group by whose name and namespace the shard of another is found.
    func home(of group: GroupConfiguration) -> GroupConfiguration { homes[group.name] ?? group }
}
