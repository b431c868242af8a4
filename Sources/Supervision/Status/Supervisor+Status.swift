/// Where groups stand, for whoever serves it.
extension Supervisor {
    /// Where the groups stand that run here, by namespace and name.
    package var statuses: [GroupStatus] {
        get async { await groups.statuses }
    }

    /// Where one group stands, and what has changed lately; nil: it does not run here.
    package func status(of group: String, in namespace: String) async -> GroupStatus? {
        await groups.status(of: group, in: namespace)
    }

    /// Where the group of a name stands, without what has changed lately; nil: it does not run here.
    package func status(named name: String) async -> GroupStatus? {
        await groups.status(named: name)
    }

    /// The names of the groups that run here, in no order.
    package var groupNames: [String] {
        get async { Array(await groups.supervisors.keys) }
    }

    /// Whether the running configuration has a group, whoever leads it.
    package func isFiled(_ group: String, in namespace: String) async -> Bool {
        await groups.isFiled(group, in: namespace)
    }
}
