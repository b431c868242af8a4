import StandbyConfiguration

/// Where groups stand, for status and metrics.
extension SupervisedGroups {
    /// The groups that run here, by namespace and name: those that are led, and those that are observed.
    var statuses: [GroupStatus] {
        get async {
            var found: [GroupStatus] = []
            for supervisor in supervisors.values { found.append(await supervisor.status()) }
            return found.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        }
    }

    /// Whether the file has a group, whoever leads it.
    func isFiled(_ group: String, in place: String) -> Bool {
        file.groups.contains { $0.name == group && ($0.namespace ?? namespace) == place }
    }

    /// The group of a name, as in a list; nil: it does not run here.
    func status(named name: String) async -> GroupStatus? {
        await supervisors[name]?.status()
    }

    /// One group, with its settings and its timeline; nil: it does not run here.
    func status(of group: String, in namespace: String) async -> GroupStatus? {
        guard let supervisor = supervisors[group], supervisor.namespace == namespace else { return nil }
        var status = await supervisor.status(withTimeline: true)
        status.settings = GroupSettings(await supervisor.configuration)
        return status
    }
}
