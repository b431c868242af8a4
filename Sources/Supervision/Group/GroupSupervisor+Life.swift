import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group begins, takes in what comes, and ends.
extension GroupSupervisor {
    /// What takes its time.
    typealias Work = @Sendable () async -> Void

    /// Supervises the group until it was asked to shut down, or the task is cancelled.
    ///
    /// This task lasts as long as the group, and so does the memory of every frame that it ever had: it starts other tasks, and
    /// these do the work.
    nonisolated func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.inTurn { await self.begin() } }
            for await _ in mailbox.signals {
                let (work, isLast) = await due()
                for each in work { group.addTask { await each() } }
                if isLast { break }
            }
            group.cancelAll()
        }
        await leave()
    }

    private func begin() async {
        // Both read pods by one mapping, in one place.
        await surroundings.api.use(mapping, importance: configuration.failover.importance)
        await followService()
        await followLease()
        await followEndpoints()
        step { $0.started() }
        rest()
    }

    /// What is to run beside what runs already, and whether nothing will follow.
    private func due() -> (work: [Work], isLast: Bool) {
        defer { started = [] }
        guard !isAtWork else { return (started, false) }
        guard !isOver, mailbox.hasEvents else { return (started, isOver) }
        isAtWork = true
        return (started + [{ await self.inTurn { await self.takeInputs() } }], false)
    }

    /// Does what thousands of groups may have to do at one moment: some at a time.
    private nonisolated func inTurn(_ work: Work) async {
        _ = await surroundings.turns.withTurn(.failing, patience: nil, work)
    }

    /// Takes in what has come, one after the other.
    private func takeInputs() async {
        let before = sights
        for input in mailbox.takeAll() { await take(input) }
        timeline.noted(before, sights, at: surroundings.clock.now())
        await abstainIfDue()
        if mayEnd { isOver = true }
        rest()
    }

    /// Inputs may be taken in, or the group may end.
    private func rest() {
        isAtWork = false
        surroundings.feed.touched(configuration.name)
        mailbox.signal()
    }

    /// Starts what takes its time, beside the inputs; it is cancelled when the group ends, and its end is waited for.
    func start(_ work: @escaping Work) {
        started.append(work)
        mailbox.signal()
    }

    private func leave() async {
        if let serviceSubscription { await surroundings.services.unsubscribe(serviceSubscription) }
        if let podSubscription { await surroundings.pods.unsubscribe(podSubscription) }
        if let leaseSubscription { await surroundings.leases.unsubscribe(leaseSubscription) }
        await leaveEndpoints()
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
    var mayEnd: Bool { isStopping && !machine.isSwitching }

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
