/// Which groups of a file move together, and which are better apart.
///
/// Both hold in both directions, whoever names the other; who moves together with a third is of the same set.
package struct CompanionSets: Sendable, Hashable {
    /// The sets of `sync`.
    private var sync = Components()
    /// Groups that some relation connects, so that one process has to know all of them.
    private var connected = Components()
    private var apart: [String: Set<String>] = [:]

    /// Those of a configuration; empty where no group names another.
    package init(_ groups: [GroupConfiguration] = []) {
        self.init(groups.lazy.map { ($0.name, $0.sync, $0.apartFrom) })
    }

    /// The same, by what groups say.
    init(_ groups: some Sequence<(name: String, sync: [String], apartFrom: [String])>) {
        var (together, others): ([(String, String)], [(String, String)]) = ([], [])
        for group in groups where !group.sync.isEmpty || !group.apartFrom.isEmpty {
            together += group.sync.map { (group.name, $0) }
            for other in group.apartFrom where other != group.name {
                others.append((group.name, other))
                apart[group.name, default: []].insert(other)
                apart[other, default: []].insert(group.name)
            }
        }
        if together.isEmpty, others.isEmpty { return }
        sync = Components(together)
        connected = Components(together + others)
    }

    /// The groups that a relation connects with another.
    package var names: Set<String> { Set(connected.members.values.joined()) }

    /// Whether some relation connects a group with another.
    package func isNamed(_ name: String) -> Bool { connected.has(name) }

    /// The other groups that move together with one, by name.
    package func together(with name: String) -> [String] {
        sync.members[sync.first(of: name)]?.filter { $0 != name } ?? []
    }

    /// The groups that are better apart from one, by name.
    package func apart(from name: String) -> [String] { apart[name]?.sorted() ?? [] }

    /// Whether two groups move together.
    func areTogether(_ one: String, _ other: String) -> Bool { sync.first(of: one) == sync.first(of: other) }

    /// The smallest name of the set that a group moves together with; its own if it is alone.
    package func set(of name: String) -> String { sync.first(of: name) }

    /// The smallest name of all groups that some relation connects with one; its own if there are none.
    package func home(of name: String) -> String { connected.first(of: name) }
}

/// Names that are connected, directly or through others; the same in whatever order that was told.
private struct Components: Sendable, Hashable {
    /// Sorted, by the smallest name of each.
    private(set) var members: [String: [String]] = [:]
    /// The smallest name of each that a name is in; who is alone is in none.
    private var firsts: [String: String] = [:]

    /// Nobody is connected.
    init() {}

    /// `pairs`: names that are connected.
    init(_ pairs: [(String, String)]) {
        var parts: [[String]] = []
        var places: [String: Int] = [:]
        func place(of name: String) -> Int {
            if let place = places[name] { return place }
            parts.append([name])
            places[name] = parts.count - 1
            return parts.count - 1
        }
        for (one, other) in pairs {
            let ends = (place(of: one), place(of: other))
            guard ends.0 != ends.1 else { continue }
            // A file may make one chain of thousands: each name is moved to a part at least as large, so a few times at most.
            let (small, large) = parts[ends.0].count < parts[ends.1].count ? ends : (ends.1, ends.0)
            let moved = parts[small]
            parts[small] = []
            parts[large] += moved
            for name in moved { places[name] = large }
        }
        for part in parts where part.count > 1 {
            let sorted = part.sorted()
            members[sorted[0]] = sorted
            for name in sorted { firsts[name] = sorted[0] }
        }
    }

    /// Whether a name is connected with another.
    func has(_ name: String) -> Bool { firsts[name] != nil }

    /// The smallest name that one is connected with.
    func first(of name: String) -> String { firsts[name] ?? name }
}
