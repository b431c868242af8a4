import Coordination
import HostSystem
import KubernetesClient
import StandbyConfiguration

/// Which groups are supervised, and the informers that they need; runs both, as the configuration changes and shards come
/// and go.
///
/// Groups of shards that this supervisor holds are led; of the others those run whose members it probes for its opinion, and
/// they only observe.
actor SupervisedGroups {
    /// A group that is supervised, or about to end.
    private struct Entry {
        var supervisor: GroupSupervisor
        var configuration: GroupConfiguration
        var shard: Int
        var run: GroupRun
    }

    /// Makes the supervisor of a group.
    typealias MakeSupervisor = @Sendable (GroupConfiguration, _ namespace: String, Start) -> GroupSupervisor

    /// A shard that this supervisor holds.
    private struct HeldShard {
        var authority: WriteAuthority
        var standing = GroupStanding.leading
    }

    /// Grace of groups that end because the supervisor does, or the configuration has them no more.
    private static let grace: Duration = .seconds(5)

    private let makeInformers: @Sendable (_ namespace: String) -> NamespaceInformers
    private let makeSupervisor: MakeSupervisor
    private var sharing: Sharing
    private var held: [Int: HeldShard] = [:]
    /// The namespace of groups that name none.
    let namespace: String
    private var entries: [String: Entry] = [:]
    private var runs = Runs()
    private let tasks = GroupTasks()
    /// Whether no more groups begin.
    private var isFinishing = false
    private var informers: [String: NamespaceInformers] = [:]
    /// What was applied last; no groups before the first time.
    private(set) var file = SupervisorConfiguration(groups: [])
    /// The part of it that runs.
    private var running = SupervisorConfiguration(groups: [])
    /// Runs that were started.
    private var runCount = 0
    private let claims: ClaimRegistry
    private let companions: CompanionRegistry
    /// What is to be run since the configuration changed.
    private let changes: AsyncStream<Change>
    private let change: AsyncStream<Change>.Continuation

    /// `namespace`: of groups that name none; the closures make what a namespace and a group need.
    init(
        namespace: String,
        claims: ClaimRegistry,
        companions: CompanionRegistry = CompanionRegistry(),
        sharing: Sharing,
        makeInformers: @escaping @Sendable (_ namespace: String) -> NamespaceInformers,
        makeSupervisor: @escaping MakeSupervisor
    ) {
        self.namespace = namespace
        self.sharing = sharing
        self.claims = claims
        self.companions = companions
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

    /// The groups that run here by name, those that are observed included.
    var supervisors: [String: GroupSupervisor] { entries.mapValues(\.supervisor) }

    // MARK: Running

    /// Runs the groups of each configuration that is applied, until `finish` was called and the last of them has ended.
    ///
    /// Informers outlive the groups, which need them to the end.
    nonisolated func run() async {
        await withDiscardingTaskGroup { background in
            async let groups: Void = tasks.run { await self.ended($0) }
            for await change in changes { await begin(change, informersIn: &background) }
            await endAll()
            await groups
            // Those that were at rest when the task was cancelled.
            for group in await runs.all { await group.leave() }
            background.cancelAll()
        }
    }

    private nonisolated func begin(_ change: Change, informersIn background: inout DiscardingTaskGroup) async {
        if let filed = change.filed { await claims.filed(filed) }
        await claims.expect(change.runs.compactMap(\.registration), ending: change.ending)
        for (group, configuration) in change.changed { group.post(.configuration(configuration)) }
        for (namespace, informers) in change.informers {
            background.addTask { [claims] in await informers(of: namespace, heardBy: claims) }
        }
        for run in change.runs { await begin(run.supervisor) }
    }

    private func begin(_ group: GroupSupervisor) {
        if runs.begins(group) { tasks.wake(group) }
    }

    /// Tells every group to end, once all that was applied before is running.
    nonisolated func finish() {
        change.finish()
    }

    // MARK: The configuration

    /// Goes over to another configuration; groups that are the same in both are not touched.
    func apply(_ next: SupervisorConfiguration) -> ConfigurationDiff {
        let diff = ConfigurationDiff(from: file, to: next)
        file = next
        sharing.homes = GroupHomes(next.groups)
        let newlyNamed = companions.filed(next.groups)
        var change = Change()
        if claims.spansShards { change.filed = next.groups.map(filed) }
        startInformers(&change)
        runWanted(&change)
        for name in newlyNamed { entries[name]?.supervisor.post(.companions) }
        stopUnusedInformers()
        self.change.yield(change)
        return diff
    }

    private func filed(_ group: GroupConfiguration) -> RivalIndex.FiledGroup {
        .init(configuration: group, namespace: group.namespace ?? namespace, shard: sharing.shard(of: group))
    }

    /// Runs those groups of the file that are led or observed, and no others.
    private func runWanted(_ change: inout Change) {
        var next = file
        next.groups.removeAll { !isWanted($0) }
        let diff = ConfigurationDiff(from: running, to: next)
        running = next
        let filed = Set(diff.removed.isEmpty ? [] : file.groups.map(\.name))
        for name in diff.removed { end(name, isRemoved: !filed.contains(name), &change) }
        let wanted = Dictionary(next.groups.map { ($0.name, $0) }) { first, _ in first }
        // What others say of a group may take it to another shard.
        let moved = next.groups.filter { group in
            entries[group.name].map { $0.shard != sharing.shard(of: group) } ?? false
        }
        for name in diff.changed + diff.added + moved.map(\.name) {
            guard let group = wanted[name] else { continue }
            if let entry = entries[name], entry.shard == sharing.shard(of: group),
                !isAnother(group, than: entry.configuration)
            {
                entries[name]?.configuration = group
                change.changed.append((entry.supervisor, group))
            } else {
                end(name, isRemoved: true, &change)
                start(group, &change)
            }
        }
    }

    private func isWanted(_ group: GroupConfiguration) -> Bool {
        held[sharing.shard(of: group)] != nil || sharing.observes(group)
    }

    /// A group has ended: another run of its name may begin.
    private func ended(_ group: GroupSupervisor) {
        if let successor = runs.ended(group.claimant) { tasks.wake(successor) }
        if isFinishing, runs.isEmpty { tasks.finish() }
    }

    /// Tells every group to end.
    private func endAll() {
        var change = Change()
        for name in Array(entries.keys) { end(name, isRemoved: false, &change) }
        isFinishing = true
        runs.dropUnbegun()
        if runs.isEmpty { tasks.finish() }
    }

    /// The groups of a shard that run, by name.
    private func entries(of shard: Int) -> [String: Entry] {
        entries.filter { $0.value.shard == shard }
    }

    /// A group of another namespace or mode has nothing in common with the one before.
    private func isAnother(_ group: GroupConfiguration, than known: GroupConfiguration) -> Bool {
        group.namespace != known.namespace || group.mode != known.mode
    }

    private func start(_ group: GroupConfiguration, _ change: inout Change) {
        let place = group.namespace ?? namespace
        guard let own = informers[place], !isFinishing else { return }
        let number = sharing.shard(of: group)
        let shard = held[number]
        let gate = WriteGate(shard?.authority ?? .none)
        runCount += 1
        let claimant = RoleClaims.Claimant(group: group.name, run: runCount)
        let scope = RoleClaims.Scope(namespace: place, key: group.roleLabel.key)
        let run = GroupRun(
            supervisor: makeSupervisor(
                group,
                place,
                Start(
                    claimant: claimant,
                    informers: own,
                    gate: gate,
                    standing: shard?.standing ?? .standby,
                    tasks: tasks
                )
            ),
            gate: gate,
            registration: group.writtenLabel != nil ? .init(claimant: claimant, scope: scope) : nil
        )
        runs.started(claimant)
        entries[group.name] = Entry(supervisor: run.supervisor, configuration: group, shard: number, run: run)
        change.runs.append(run)
    }

    private func end(_ name: String, isRemoved: Bool, within grace: Duration = grace, _ change: inout Change) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        if let registration = entry.run.registration { change.ending.append(registration.claimant) }
        entry.supervisor.post(.shutdown(isRemoved: isRemoved, grace: grace))
        runs.ending(entry.supervisor.claimant)
    }

    /// All namespaces of the file are followed, also those of which no group runs: a takeover finds their Services at hand.
    private func startInformers(_ change: inout Change) {
        for group in file.groups {
            let place = group.namespace ?? namespace
            guard informers[place] == nil else { continue }
            let own = makeInformers(place)
            informers[place] = own
            change.informers.append((place, own))
        }
    }

    /// A group that is about to end finishes what it has begun without news of its pods.
    private func stopUnusedInformers() {
        let used = Set(file.groups.map { $0.namespace ?? namespace })
        for place in Array(informers.keys) where !used.contains(place) {
            informers.removeValue(forKey: place)?.stop.open()
        }
    }
}

// MARK: Shards

extension SupervisedGroups: ShardSupervising {
    /// Leads the shard's groups; those that were observed or in doubt go on with what they know.
    func shardTaken(_ shard: Int, authority: WriteAuthority) {
        held[shard] = HeldShard(authority: authority)
        for entry in entries(of: shard).values {
            entry.run.gate.use(authority)
            entry.supervisor.post(.standing(.leading))
        }
        var change = Change()
        runWanted(&change)
        self.change.yield(change)
    }

    /// Lets the shard's groups go on without a write.
    func shardInDoubt(_ shard: Int) {
        held[shard]?.standing = .inDoubt
        for entry in entries(of: shard).values { entry.supervisor.post(.standing(.inDoubt)) }
    }

    /// Ends the shard's groups, and waits until they have ended.
    func shardLost(_ shard: Int, grace: Duration) async {
        let lost = entries(of: shard)
        held[shard] = nil
        var change = Change()
        for name in lost.keys { end(name, isRemoved: false, within: grace, &change) }
        running.groups.removeAll { lost[$0.name] != nil }
        // Those that are observed begin anew: what they were about to do is another's to do.
        runWanted(&change)
        self.change.yield(change)
        let ends = lost.values.compactMap { runs.end(of: $0.supervisor.claimant.run) }
        for end in ends { await end.wait() }
        // A replica that was alone before held all; memory follows the shard.
        FreeMemory.giveBackAll()
    }
}
