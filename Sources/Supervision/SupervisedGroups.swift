import Coordination
import KubernetesClient
import StandbyConfiguration

/// Which groups are supervised, and the informers that they need; runs both, as the configuration changes.
actor SupervisedGroups {
    /// A group that is supervised, or about to end.
    private struct Entry {
        var supervisor: GroupSupervisor
        var configuration: GroupConfiguration
        var run: GroupRun
    }

    /// One run of a group, for a child task.
    struct GroupRun: Sendable {
        /// What supervises the group.
        let supervisor: GroupSupervisor
        /// Under which it claims its pods; nil: it writes no labels.
        let registration: ClaimRegistry.Registration?
        /// The run that had the name before; it ends first.
        let predecessor: Latch?
        /// Opened when the run is over.
        let ended = Latch()

        /// Supervises until the group is told to end.
        func callAsFunction() async {
            if let predecessor { await predecessor.wait() }
            await supervisor.run()
            ended.open()
        }
    }

    /// The informers of one namespace.
    struct NamespaceInformers: Sendable {
        /// Only those that a Service of the file selects are decoded.
        let pods: any ObjectSource<Pod>
        /// All Services of the namespace.
        let services: any ObjectSource<Service>
        /// Those of groups only.
        let leases: any ObjectSource<Lease>
        /// Ends the informers once opened.
        let stop = Latch()

        /// Runs all until they are stopped or the task is cancelled.
        func callAsFunction() async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await services.run() }
                group.addTask {
                    // The Services say which pods are wanted; of the others none is decoded.
                    await services.firstList()
                    await pods.run()
                }
                group.addTask { await leases.run() }
                group.addTask { await stop.wait() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// What has to be run after a change.
    private struct Change: Sendable {
        var informers: [NamespaceInformers] = []
        var runs: [GroupRun] = []
        /// Runs that were told to end.
        var ending: [RoleClaims.Claimant] = []
        /// Groups that go on under another configuration; they are told of it once the registry knows of the new ones.
        var changed: [(supervisor: GroupSupervisor, configuration: GroupConfiguration)] = []
    }

    private let makeInformers: @Sendable (_ namespace: String) -> NamespaceInformers
    private let makeSupervisor:
        @Sendable (GroupConfiguration, _ namespace: String, RoleClaims.Claimant, NamespaceInformers) -> GroupSupervisor
    /// The namespace of groups that name none.
    private let namespace: String
    private var entries: [String: Entry] = [:]
    /// The last run of each name that ended or is about to, for its successor to wait for.
    private var leaving: [String: Latch] = [:]
    private var informers: [String: NamespaceInformers] = [:]
    /// What was applied last; no groups before the first time.
    private(set) var configuration = SupervisorConfiguration(groups: [])
    /// Runs that were started.
    private var runCount = 0
    private let claims: ClaimRegistry
    /// What is to be run since the configuration changed.
    private let changes: AsyncStream<Change>
    private let change: AsyncStream<Change>.Continuation

    /// `namespace`: of groups that name none; the closures make what a namespace and a group need.
    init(
        namespace: String,
        claims: ClaimRegistry,
        makeInformers: @escaping @Sendable (_ namespace: String) -> NamespaceInformers,
        makeSupervisor:
            @escaping @Sendable (GroupConfiguration, String, RoleClaims.Claimant, NamespaceInformers) -> GroupSupervisor
    ) {
        self.namespace = namespace
        self.claims = claims
        (changes, change) = AsyncStream.makeStream()
        self.makeInformers = makeInformers
        self.makeSupervisor = makeSupervisor
    }

    /// Whether the first list of every namespace is in.
    var isReady: Bool {
        get async {
            for informer in informers.values {
                // Without the Leases' informer groups are supervised all the same, only requests are not heard at once.
                guard await informer.pods.hasSynced, await informer.services.hasSynced else { return false }
            }
            return true
        }
    }

    // MARK: Running

    /// Runs the groups of each configuration that is applied, until `finish` was called and the last of them has ended.
    ///
    /// Informers outlive the groups, which need them to the end.
    nonisolated func run() async {
        await withDiscardingTaskGroup { background in
            await runGroups(informersIn: &background)
            background.cancelAll()
        }
    }

    private nonisolated func runGroups(informersIn background: inout DiscardingTaskGroup) async {
        await withDiscardingTaskGroup { groups in
            for await change in changes {
                await claims.expect(change.runs.compactMap(\.registration), ending: change.ending)
                for (group, configuration) in change.changed { group.post(.configuration(configuration)) }
                for informers in change.informers { background.addTask { await informers() } }
                for run in change.runs {
                    groups.addTask {
                        await run()
                        await self.ended(run)
                    }
                }
            }
            await endAll()
        }
    }

    /// Tells every group to end, once all that was applied before is running.
    nonisolated func finish() {
        change.finish()
    }

    // MARK: The configuration

    /// Goes over to another configuration; groups that are the same in both are not touched.
    func apply(_ next: SupervisorConfiguration) -> ConfigurationDiff {
        let diff = ConfigurationDiff(from: configuration, to: next)
        configuration = next
        var change = Change()
        for name in diff.removed { end(name, isRemoved: true, &change) }
        let wanted = Dictionary(next.groups.map { ($0.name, $0) }) { first, _ in first }
        for name in diff.changed + diff.added {
            guard let group = wanted[name] else { continue }
            if let entry = entries[name], !isAnother(group, than: entry.configuration) {
                entries[name]?.configuration = group
                change.changed.append((entry.supervisor, group))
            } else {
                end(name, isRemoved: true, &change)
                start(group, &change)
            }
        }
        stopUnusedInformers()
        self.change.yield(change)
        return diff
    }

    /// A run is over.
    private func ended(_ run: GroupRun) {
        for (name, latch) in leaving where latch === run.ended { leaving[name] = nil }
    }

    /// Tells every group to end.
    private func endAll() {
        var change = Change()
        for name in Array(entries.keys) { end(name, isRemoved: false, &change) }
    }

    /// A group of another namespace or mode has nothing in common with the one before.
    private func isAnother(_ group: GroupConfiguration, than known: GroupConfiguration) -> Bool {
        group.namespace != known.namespace || group.mode != known.mode
    }

    private func start(_ group: GroupConfiguration, _ change: inout Change) {
        let place = group.namespace ?? namespace
        let own = informers[place] ?? makeInformers(place)
        if informers.updateValue(own, forKey: place) == nil { change.informers.append(own) }
        runCount += 1
        let claimant = RoleClaims.Claimant(group: group.name, run: runCount)
        let scope = RoleClaims.Scope(namespace: place, key: group.roleLabel.key)
        let run = GroupRun(
            supervisor: makeSupervisor(group, place, claimant, own),
            registration: group.mode == .label ? .init(claimant: claimant, scope: scope) : nil,
            predecessor: leaving.removeValue(forKey: group.name)
        )
        entries[group.name] = Entry(supervisor: run.supervisor, configuration: group, run: run)
        change.runs.append(run)
    }

    private func end(_ name: String, isRemoved: Bool, _ change: inout Change) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        if let registration = entry.run.registration { change.ending.append(registration.claimant) }
        entry.supervisor.post(.shutdown(isRemoved: isRemoved))
        leaving[name] = entry.run.ended
    }

    /// A group that is about to end finishes what it has begun without news of its pods.
    private func stopUnusedInformers() {
        let used = Set(entries.values.map { $0.configuration.namespace ?? namespace })
        for place in Array(informers.keys) where !used.contains(place) {
            informers.removeValue(forKey: place)?.stop.open()
        }
    }
}
