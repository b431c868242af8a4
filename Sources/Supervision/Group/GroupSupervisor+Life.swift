import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group begins, takes in what comes, and ends.
extension GroupSupervisor {
    /// What takes its time.
    typealias Work = GroupInbox.Work

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

    /// What is to be done after a signal.
    private struct Step {
        /// What was started, each to run beside the others.
        var started: [Work]
        /// Takes inputs in, or begins the group, when it is its turn.
        var inputs: Work?
        /// What the group's task does then.
        var rest: Rest
    }

    /// Does what there is to do, and what comes meanwhile, until the group is at rest: one task at a time.
    ///
    /// This task keeps the memory of every frame that it ever had: it starts other tasks, and these do the work.
    /// `first`: where it holds a turn, in which it takes in what it was woken for; nil: it was woken for what does not wait for one.
    /// `turns`: where it waits for the later ones.
    /// - Returns: whether the group has ended, because it was asked to shut down or the task is cancelled.
    nonisolated func attend(holding first: RequestLimiter?, then turns: RequestLimiter) async -> Bool {
        guard let signals = inbox.attend() else {
            await first?.giveTurnBack()
            return false
        }
        let isAtRest = await withDiscardingTaskGroup { group in
            var held: RequestLimiter? = first
            for await _ in signals {
                let step = await due()
                for work in step.started { group.addTask { await self.carryOut(work) } }
                if let work = step.inputs {
                    group.addTask { [held] in await self.carryOut(work, holding: held, orIn: turns) }
                } else {
                    await held?.giveTurnBack()
                }
                held = nil
                if step.rest == .resting { return true }
                if step.rest == .over { break }
            }
            group.cancelAll()
            for work in inbox.close() { group.addTask { await work() } }
            return false
        }
        if !isAtRest { await leave() }
        return !isAtRest
    }

    private nonisolated func carryOut(_ work: Work) async {
        await work()
        await ended()
    }

    /// Does what thousands of groups may have to do at one moment: some at a time.
    ///
    /// `held`: where the group has its turn already, and gives it back; nil: it waits for one in `turns`.
    private nonisolated func carryOut(_ work: Work, holding held: RequestLimiter?, orIn turns: RequestLimiter) async {
        if let held {
            await work()
            await held.giveTurnBack()
        } else {
            _ = await turns.withTurn(.failing, patience: nil, work)
        }
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
    private func due() -> Step {
        let started = works.started + inbox.takeCalls()
        works.started = []
        works.count += started.count
        if works.isAtWork { return Step(started: started, rest: .waiting) }
        if isOver { return Step(started: started, rest: .over) }
        if !works.hasBegun || inbox.hasInputs {
            let first = works.hasBegun ? takeInputs : begin
            (works.isAtWork, works.hasBegun) = (true, true)
            works.count += 1
            return Step(started: started, inputs: first, rest: .waiting)
        }
        let isAtRest = works.count == 0 && inbox.rest()
        return Step(started: started, rest: isAtRest ? .resting : .waiting)
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

    /// Does what has a turn of all groups', at once; the group may have been at rest.
    ///
    /// - Returns: false if the group has ended, so that it is not done.
    nonisolated func begin(_ work: @escaping Work) -> Bool {
        switch inbox.call(work) {
        case .attended: return true
        case .closed: return false
        case .wakes:
            surroundings.tasks.wakeAtOnce(self)
            return true
        }
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
