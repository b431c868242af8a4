import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group begins, takes in what comes, and ends.
extension GroupSupervisor {
    /// What takes its time.
    typealias Work = @Sendable () async -> Void

    /// What runs as child tasks of the group's task, and what is to run.
    struct Works {
        /// What is to run beside the inputs, and does not yet.
        var started: [Work] = []
        /// How many run.
        var count = 0
        /// Whether the group has begun.
        var hasBegun = false
        /// Whether one of them takes in inputs, or begins the group; there is one such at most.
        var isAtWork = false
    }

    /// What the group's task does after what is due.
    private enum Rest {
        /// It waits for a signal.
        case waiting
        /// It ends, as nothing is under way: the group is at rest.
        case resting
        /// It ends, as the group does.
        case over
    }

    /// Does what there is to do, and what comes meanwhile, until the group is at rest: one task at a time.
    ///
    /// This task keeps the memory of every frame that it ever had: it starts other tasks, and these do the work.
    /// - Returns: whether the group has ended, because it was asked to shut down or the task is cancelled.
    nonisolated func attend() async -> Bool {
        let signals = inbox.attend()
        let isAtRest = await withDiscardingTaskGroup { group in
            for await _ in signals {
                let (works, rest) = await due()
                for work in works { group.addTask { await self.carryOut(work) } }
                if rest == .resting { return true }
                if rest == .over { break }
            }
            group.cancelAll()
            return false
        }
        if !isAtRest { await leave() }
        return !isAtRest
    }

    private nonisolated func carryOut(_ work: Work) async {
        await work()
        await ended()
    }

    private func ended() {
        works.count -= 1
        signal()
    }

    private nonisolated func signal() {
        if inbox.signal() { surroundings.tasks.wake(self) }
    }

    private func begin() async {
        // Both read pods by one mapping, in one place.
        await surroundings.api.use(mapping, importance: configuration.failover.importance)
        await followService()
        await followLease()
        await followEndpoints()
        await followSlices()
        await followNodes()
        await followCompanions()
        step { $0.started() }
        workIsDone()
    }

    /// What is to run beside what runs already, and what the task does then.
    private func due() -> ([Work], Rest) {
        var next = works.started
        works.started = []
        defer { works.count += next.count }
        if works.isAtWork { return (next, .waiting) }
        if isOver { return (next, .over) }
        if !works.hasBegun || inbox.hasInputs {
            let hasBegun = works.hasBegun
            next.append { await self.inTurn { await hasBegun ? self.takeInputs() : self.begin() } }
            (works.isAtWork, works.hasBegun) = (true, true)
        }
        let isAtRest = next.isEmpty && works.count == 0 && inbox.rest()
        return (next, isAtRest ? .resting : .waiting)
    }

    /// Does what thousands of groups may have to do at one moment: some at a time.
    private nonisolated func inTurn(_ work: Work) async {
        _ = await surroundings.turns.withTurn(.failing, patience: nil, work)
    }

    /// Takes in what has come, one after the other.
    private func takeInputs() async {
        let before = sights
        for input in inbox.takeAll() { await take(input) }
        await followRoles()
        tellPlace()
        timeline.noted(before, sights, at: surroundings.clock.now())
        await abstainIfDue()
        if mayEnd { isOver = true }
        workIsDone()
    }

    /// Inputs may be taken in, or the group may end.
    private func workIsDone() {
        works.isAtWork = false
        surroundings.feed.touched(configuration.name)
    }

    /// Starts what takes its time, beside the inputs; it is cancelled when the group ends, and its end is waited for.
    func start(_ work: @escaping Work) {
        works.started.append(work)
        signal()
    }

    /// The group is nobody's any more.
    func leave() async {
        if let serviceSubscription { await surroundings.services.unsubscribe(serviceSubscription) }
        if let podSubscription { await surroundings.pods.unsubscribe(podSubscription) }
        if let leaseSubscription { await surroundings.leases.unsubscribe(leaseSubscription) }
        await leaveEndpoints()
        await leaveSlices()
        await leaveNodes()
        leaveCompanions()
        await surroundings.probes.remove(group: configuration.name)
        await surroundings.claims.withdraw(claimant)
    }

    /// Follows what operators and other supervisors write on the group's Lease.
    private func followLease() async {
        let name = RecordMapping.name(of: configuration.name)
        leaseSubscription = await surroundings.leases.subscribe(to: .name(name)) { [self] event in
            if case .snapshot(let snapshot) = event { post(.lease(snapshot)) }
        }
    }

    // MARK: The end

    /// Whether nothing holds up the end.
    var mayEnd: Bool { isStopping && !machine.isSwitching && !machine.isRecordBehind }

    /// What operators asked for holds for the group's name: under another it is not known.
    func reportRequestsLeftBehind() {
        guard standing != .standby, let record = machine.record?.record, !record.fenced.isEmpty || record.pause != nil
        else { return }
        notify(.leavesBehind(fenced: record.fenced.sorted(), isPaused: record.pause != nil))
    }

    /// Begins nothing new from now on; a switch in hand may take `grace`.
    func beginShutdown(within grace: Duration) {
        isStopping = true
        applyPolicy()
        let deadline = surroundings.clock.now() + grace
        start { [self, clock = surroundings.clock] in
            if await clock.sleep(deadline) { post(.shutdownDeadline) }
        }
    }
}
