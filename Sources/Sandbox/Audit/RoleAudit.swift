/// What the recorded history says about the active role, revision by revision.
package struct RoleAudit: Sendable {
    /// The most pods that were labelled active at one revision.
    package private(set) var mostActive = 0
    /// The revisions at which more than one pod was labelled active.
    package private(set) var violations: [Int] = []
    /// The names of the active pods after each change of the set, in order.
    package private(set) var sequence: [Set<String>] = []

    /// Reads a history; `selects` says which pods form the group, `key` and `active` what their role label looks like.
    package init(
        _ history: [StoreChange],
        namespace: String,
        key: String = "role",
        active: String = "active",
        where selects: (JSONValue) -> Bool = { _ in true }
    ) {
        var current: [String: Bool] = [:]
        for change in history where change.key.kind == .pods && change.key.namespace == namespace {
            guard selects(change.object) else { continue }
            let isActive = change.action != .deleted && change.object["metadata"]["labels"][key] == .string(active)
            current[change.key.name] = isActive
            note(Set(current.filter(\.value).keys), at: change.revision)
        }
    }

    private mutating func note(_ names: Set<String>, at revision: Int) {
        mostActive = max(mostActive, names.count)
        if names.count > 1 { violations.append(revision) }
        if sequence.last != names { sequence.append(names) }
    }

    /// How often the role came to another pod.
    package var moves: Int {
        let holders = sequence.filter { !$0.isEmpty }
        return zip(holders, holders.dropFirst()).count { $0 != $1 }
    }
}
