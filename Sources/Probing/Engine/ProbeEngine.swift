package import FailoverCore
package import HostSystem
package import KubernetesClient
package import Metrics
import StandbyConfiguration
package import Transport

/// Schedules and runs probes on an event loop, counts thresholds there, and hands back what changed.
///
/// Every member has at most one probe on its way, and only members with an address are known here. What happens with every
/// probe happens in flat arrays on the loop's thread; only changes go on to others.
package actor ProbeEngine {
    /// Where everything of the engine happens.
    let loop: EventLoop
    /// Whom it probes.
    @safe @exclusivity(unchecked) var table = TargetTable()
    /// When each target is due, in ticks.
    @safe @exclusivity(unchecked) var wheel = TimerWheel(at: EventLoop.now / ProbeSchedule.tick)
    /// The loop's timer for the first tick of the wheel.
    @safe @exclusivity(unchecked) private var wheelTimer: (timer: LoopTimer, tick: UInt64)?
    /// When the next target that is added is due.
    @safe @exclusivity(unchecked) private var firstRound = FirstRound()
    /// Reused from tick to tick.
    @safe @exclusivity(unchecked) private var dueTargets: [Int] = []
    @safe @exclusivity(unchecked) var templates = TemplateRegistry()
    private var receivers: [String: @Sendable (ProbeReport) -> Void] = [:]
    /// Who is notified of a suspension, by group.
    private(set) var doubters: [String: @Sendable (Suspension) -> Void] = [:]
    /// Who is notified of what concerns no member; called on the loop's thread.
    let onConcern: @Sendable (ProbeConcern) -> Void
    private let descriptorLimit: Int
    private var descriptorNeed = DescriptorNeed()
    /// What was reported of descriptors last.
    private var toldNeed = 0
    /// Whether results are believed.
    @safe @exclusivity(unchecked) var doubt = SelfDoubt()
    /// Faults of this machine that were reported.
    var ownFaults = OwnFaults()
    /// The next look whether the engine stood still; nil while nothing is probed.
    var heartbeat: LoopTimer?
    /// Pods that have ever succeeded, and as how many targets.
    private var proven: [Member.ID: Int] = [:]
    /// Commands that were begun; numbers them.
    var commandCount = 0
    /// Commands beside the supervisor.
    nonisolated let localCommands = CommandLane(limit: 32)
    /// Commands in pods, each of which holds a connection of the API server.
    nonisolated let podCommands = CommandLane(limit: 32)
    /// The way into pods; nil: there is none.
    nonisolated let client: APIClient?
    /// Who counts and times probes for others.
    nonisolated let metrics: ProbeMetrics
    /// What was done since the start.
    @safe @exclusivity(unchecked) package internal(set) var statistics = ProbeStatistics()

    /// - Parameters:
    ///   - loop: where probes run and everything of the engine happens.
    ///   - client: the way into pods; nil: commands in pods have no result.
    ///   - descriptors: how many the process may have.
    ///   - metrics: where probes are counted and timed.
    ///   - onConcern: called on the loop's thread; must be quick.
    package init(
        loop: EventLoop,
        client: APIClient? = nil,
        descriptors: DescriptorLimit = .raise(),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        onConcern: @escaping @Sendable (ProbeConcern) -> Void = { _ in }
    ) {
        self.loop = loop
        self.client = client
        self.onConcern = onConcern
        self.metrics = ProbeMetrics(metrics)
        descriptorLimit = descriptors.current
        loop.execute { [weak self] in
            loop.limitChecks(by: descriptors)
            loop.receiveChecks { events in self?.assumeIsolated { $0.happened(events) } }
        }
    }

    /// The engine lives on the loop's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    // MARK: Targets

    /// Sets the members of a group; those that stay keep their counters and their phase.
    ///
    /// `renewed`: members whose probe asks something else than before, so that what was counted is void.
    /// `onDoubt`: called on the loop's thread when automatic moves are to be suspended, before any report that would lead to
    /// one; must be quick.
    /// `receive`: called on the loop's thread for each report; must be quick.
    package func setTargets(
        _ targets: [ProbeTarget],
        of group: String,
        renewing renewed: Set<Member.ID> = [],
        onDoubt: @escaping @Sendable (Suspension) -> Void = { _ in },
        _ receive: @escaping @Sendable (ProbeReport) -> Void
    ) {
        receivers[group] = receive
        let isNew = doubters.updateValue(onDoubt, forKey: group) == nil
        if isNew, let suspension = doubt.suspension, Self.now < suspension.until { onDoubt(suspension) }
        let wanted = Set(targets.map(\.id))
        for (id, number) in table.numbers(of: group) where !wanted.contains(id) { remove(number) }
        for target in targets {
            if let number = table.number(of: target.key) {
                change(number, to: target, isRenewed: renewed.contains(target.id))
            } else {
                add(target)
            }
        }
        noteNeed()
    }

    /// Stops probing a group; other groups that share its pods go on.
    package func remove(group: String) {
        for number in table.numbers(of: group).values { remove(number) }
        receivers[group] = nil
        doubters[group] = nil
        if table.isEmpty { stopBeating() }
    }

    /// Stops probing.
    func removeAll() {
        for group in table.groups { remove(group: group) }
    }

    private func add(_ target: ProbeTarget) {
        let phase = UInt64(UInt(bitPattern: target.key.hashValue))
        let due = firstRound.next(target, phase: phase, now: EventLoop.now)
        let tracker = HealthTracker(thresholds: target.probe.timing.thresholds, since: Self.now)
        let record = TargetRecord(target)
        let number = table.add(record, TargetState(tracker: tracker, pace: ProbePace(target.probe.timing), due: due))
        equip(record, number)
        arm(number)
        if heartbeat == nil { beat() }
    }

    private func change(_ number: Int, to target: ProbeTarget, isRenewed: Bool) {
        guard let record = table.records[number], isRenewed || record.target != target else { return }
        let previous = record.target
        let isRestarted = previous.incarnation != target.incarnation
        let isOtherQuestion = previous.probe.handler != target.probe.handler
        record.target = target
        // What a member in another role answers is news to the machine, even if it is what it answered before.
        if previous.role != target.role || isRestarted || isRenewed { record.isReportDue = true }
        table.states[number].tracker.thresholdsChanged(target.probe.timing.thresholds)
        table.states[number].pace = ProbePace(target.probe.timing)
        if isOtherQuestion, !isRenewed, !isRestarted { questionChanged(number) }
        if isRestarted || isRenewed { forgetAll(number, because: isRestarted) }
        equip(record, number)
        let isRescheduled = isOtherQuestion || previous.probe.timing.period > target.probe.timing.period
        // Nothing shields an active member, not even the delay that kept probes from it until it was promoted.
        let isReleased = previous.initialWait > .zero && target.role == .active && previous.role != .active
        if isReleased { table.states[number].due = min(table.states[number].due, EventLoop.now) }
        guard isRestarted || isRenewed || isRescheduled || isReleased else { return }
        let wait = isRestarted ? target.initialWait : .zero
        let soonest = EventLoop.now + wait.wholeNanoseconds
        let due = table.states[number].due
        table.states[number].due =
            isRestarted ? max(due, soonest) : min(due, soonest + target.probe.timing.period.wholeNanoseconds)
        if table.states[number].flight == .none { arm(number) }
    }

    private func forgetAll(_ number: Int, because isRestarted: Bool) {
        abandonFlight(number)
        let detail = isRestarted ? "its container restarted" : "it is probed in another way"
        guard table.states[number].tracker.forget(at: Self.now) != nil else { return }
        report(number, ProbeOutcome(verdict: .noResult, detail: detail), isChange: true)
    }

    /// The role decides which of two probes is asked: what was counted for one does not count for the other, and the verdict
    /// stands until the other has come to its own.
    private func questionChanged(_ number: Int) {
        abandonFlight(number)
        let wasContradicted = table.states[number].tracker.evidence.isContradicted
        table.states[number].tracker.recount()
        guard wasContradicted else { return }
        let outcome = ProbeOutcome(verdict: .noResult, detail: "it is probed in the way of its new role")
        report(number, outcome)
    }

    /// Prepares what is asked of a target; an exchange that would be the same goes on.
    private func equip(_ record: TargetRecord, _ number: Int) {
        let share = DescriptorNeed.share(of: record.target.probe)
        descriptorNeed.change(by: share - record.descriptorShare)
        record.descriptorShare = share
        let next = question(of: record.target)
        if let check = record.check, let next, next.isSame(as: check.question) { return }
        if record.check == nil, next == nil { return }
        abandonFlight(number)
        if let check = record.check { loop.retire(check) }
        retireHops(of: record)
        record.check = next.map { Check($0, tag: number) }
        if table.states[number].probeCount > 0 { arm(number) }
    }

    /// Tells once that descriptors may run out, and again when many more do.
    private func noteNeed() {
        let need = descriptorNeed.total
        guard need > descriptorLimit, need > toldNeed + toldNeed / 10 else { return }
        toldNeed = need
        onConcern(.descriptors(needed: need, limit: descriptorLimit))
    }

    private func remove(_ number: Int) {
        guard let record = table.records[number] else { return }
        abandonFlight(number)
        if let check = record.check { loop.retire(check) }
        retireHops(of: record)
        doubt.stoppedFailing(record.target.id, in: record.target.group)
        descriptorNeed.change(by: -record.descriptorShare)
        if table.states[number].isProven { unprove(record.target.id) }
        wheel.clear(number)
        table.remove(number)
    }

    /// A target answered for the first time.
    func prove(_ id: Member.ID) {
        proven[id, default: 0] += 1
    }

    private func unprove(_ id: Member.ID) {
        let count = proven[id, default: 0] - 1
        proven[id] = count > 0 ? count : nil
    }

    /// How many pods have ever answered.
    var provenCount: Int { proven.count }

    private func abandonFlight(_ number: Int) {
        table.states[number].flight = .none
        guard let record = table.records[number] else { return }
        if let check = record.check { loop.abandon(check) }
        for check in record.hops { loop.abandon(check) }
    }

    // MARK: The schedule

    /// Sets when a target's next probe begins.
    func arm(_ number: Int) {
        let tick = table.states[number].due / ProbeSchedule.tick
        wheel.set(number, at: tick)
        if let wheelTimer, wheelTimer.tick <= tick { return }
        armWheel()
    }

    /// Has the loop call at the first tick for which something is due.
    private func armWheel() {
        guard let tick = wheel.nextTick else { return }
        if let wheelTimer {
            if wheelTimer.tick <= tick { return }
            loop.cancel(wheelTimer.timer)
        }
        let timer = loop.schedule(at: tick * ProbeSchedule.tick) { [weak self] in
            self?.assumeIsolated { $0.turnWheel() }
        }
        wheelTimer = (timer, tick)
    }

    /// Probes that are begun in one piece of the loop's work.
    private static let begunAtOnce = 32

    private func turnWheel() {
        wheelTimer = nil
        let now = EventLoop.now
        dueTargets.removeAll(keepingCapacity: true)
        // Those that are left are due again at once, unless the loop's turn has taken its time.
        wheel.takeDue(at: now / ProbeSchedule.tick, into: &dueTargets, atMost: Self.begunAtOnce)
        for number in dueTargets {
            statistics.began(lateBy: now - min(now, table.states[number].due))
            table.states[number].wasHurried = false
            begin(number)
        }
        armWheel()
    }

    // MARK: Reports

    /// Tells the group's receiver of a target's result.
    func report(_ number: Int, _ outcome: ProbeOutcome, isChange: Bool = false, isRepetition: Bool = false) {
        guard let target = table.records[number]?.target else { return }
        receivers[target.group]?(
            ProbeReport(
                member: target.id,
                pod: target.pod,
                evidence: table.states[number].tracker.evidence,
                verdict: outcome.verdict,
                detail: outcome.detail,
                isChange: isChange,
                isRepetition: isRepetition
            )
        )
    }
}
