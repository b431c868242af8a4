package import FailoverCore
import StandbyConfiguration
package import Transport

/// Schedules and runs probes on an event loop, counts thresholds there, and hands back what changed.
///
/// Every member has at most one probe on its way, and only members with an address are known here.
package actor ProbeEngine {
    /// Targets whose connections share one pool of libcurl.
    private static let poolSize = 128
    /// Commands that run at the same time.
    private static let commandLimit = 32

    /// A command that waits for its turn.
    private struct CommandRun: Sendable {
        var probe: ExecProbe
        var target: ProbeTarget
        var number: Int
    }

    let loop: EventLoop
    var states: [Member.ID: TargetState] = [:]
    private var receivers: [String: @Sendable (ProbeReport) -> Void] = [:]
    var doubters: [String: @Sendable (Suspension) -> Void] = [:]
    let onDoubt: @Sendable (Suspension) -> Void
    var doubt = SelfDoubt()
    var heartbeat: LoopTimer?
    private var members: [String: Set<Member.ID>] = [:]
    private var targetCount = 0
    /// Targets that have ever succeeded.
    var provenCount = 0
    private var commandCount = 0
    private let commands = CoalescingMailbox<Member.ID, CommandRun>()

    /// `onDoubt`: called on the loop's thread when the engine begins to doubt itself; must be quick.
    package init(loop: EventLoop, onDoubt: @escaping @Sendable (Suspension) -> Void = { _ in }) {
        self.loop = loop
        self.onDoubt = onDoubt
    }

    /// The engine lives on the loop's thread.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Runs commands until the task is cancelled; other probes need no task.
    package nonisolated func run() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await batch in commands.batches {
                for command in batch {
                    if running >= Self.commandLimit, await group.next() != nil { running -= 1 }
                    running += 1
                    group.addTask {
                        let outcome = await command.probe.outcome(for: command.target)
                        await self.commandEnded(command.target.id, command.number, outcome)
                    }
                }
            }
            group.cancelAll()
        }
        await removeAll()
    }

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
        for id in members[group, default: []].subtracting(wanted) { remove(id) }
        members[group] = wanted
        for target in targets {
            if states[target.id] == nil {
                add(target)
            } else {
                change(target, isRenewed: renewed.contains(target.id))
            }
        }
    }

    /// Where each probe of a group stands, by pod.
    package func progress(of group: String) -> [String: ProbeProgress] {
        let known = members[group, default: []].compactMap { states[$0] }
        let progress = known.map {
            ($0.target.pod, ProbeProgress(sequence: $0.endedCount, due: $0.due, tracker: $0.tracker))
        }
        return Dictionary(progress) { first, _ in first }
    }

    /// Stops probing a group.
    package func remove(group: String) {
        for id in members.removeValue(forKey: group) ?? [] { remove(id) }
        receivers[group] = nil
        doubters[group] = nil
        if states.isEmpty { stopBeating() }
    }

    private func removeAll() {
        for group in members.keys { remove(group: group) }
    }

    private func add(_ target: ProbeTarget) {
        let phase = UInt64(UInt(bitPattern: target.id.hashValue))
        let due = ProbeSchedule.first(target, phase: phase, count: states.count, now: EventLoop.now)
        let state = TargetState(
            target: target,
            tracker: HealthTracker(thresholds: target.probe.timing.thresholds),
            pool: targetCount / Self.poolSize,
            due: due
        )
        targetCount += 1
        states[target.id] = state
        arm(target.id)
        if heartbeat == nil { beat() }
    }

    private func change(_ target: ProbeTarget, isRenewed: Bool) {
        guard let state = states[target.id], isRenewed || state.target != target else { return }
        let isRestarted = state.target.incarnation != target.incarnation
        states[target.id]?.target = target
        states[target.id]?.tracker.thresholdsChanged(target.probe.timing.thresholds)
        let isOtherQuestion = state.target.probe.handler != target.probe.handler
        if isOtherQuestion, !isRenewed, !isRestarted { questionChanged(target.id) }
        if isRestarted || isRenewed {
            abandonFlight(target.id)
            let change = states[target.id]?.tracker.forget()
            let detail = isRestarted ? "its container restarted" : "it is probed in another way"
            if change != nil { report(target.id, ProbeOutcome(verdict: .noResult, detail: detail), isChange: true) }
        }
        let isRescheduled = isOtherQuestion || state.target.probe.timing.period > target.probe.timing.period
        guard isRestarted || isRenewed || isRescheduled else { return }
        let wait = isRestarted ? target.initialWait : .zero
        let soonest = EventLoop.now + wait.wholeNanoseconds
        states[target.id]?.due =
            isRestarted
            ? max(state.due, soonest) : min(state.due, soonest + target.probe.timing.period.wholeNanoseconds)
        if case .none = states[target.id]?.flight ?? .none { arm(target.id) }
    }

    /// The role decides which of two probes is asked: what was counted for one does not count for the other, and the verdict
    /// stands until the other has come to its own.
    private func questionChanged(_ id: Member.ID) {
        abandonFlight(id)
        let wasDoubted = states[id]?.tracker.isDoubted ?? false
        states[id]?.tracker.recount()
        if wasDoubted {
            report(
                id,
                ProbeOutcome(verdict: .noResult, detail: "it is probed in the way of its new role"),
                isChange: false
            )
        }
    }

    private func remove(_ id: Member.ID) {
        abandonFlight(id)
        for waiter in states[id]?.waiters ?? [] { waiter.send(ProbeEnd(verdict: .noResult, at: Self.now)) }
        doubt.stoppedFailing(id)
        if states[id]?.succeededAt != nil { provenCount -= 1 }
        if let timer = states[id]?.timer { loop.cancel(timer) }
        states[id] = nil
    }

    private func abandonFlight(_ id: Member.ID) {
        guard let flight = states[id]?.flight else { return }
        states[id]?.flight = .none
        if case .transfer(let transfer) = flight { loop.cancel(transfer) }
    }

    // MARK: Probes

    private func arm(_ id: Member.ID) {
        guard let state = states[id] else { return }
        if let timer = state.timer { loop.cancel(timer) }
        states[id]?.timer = loop.schedule(at: state.due) { [unowned self] in
            assumeIsolated { $0.probeDue(id) }
        }
    }

    func probeDue(_ id: Member.ID) {
        guard let state = states[id] else { return }
        states[id]?.timer = nil
        states[id]?.probeCount += 1
        states[id]?.startedAt = Self.now
        switch state.target.probe.handler {
        case .httpGet(let probe):
            transfer(id, probe.request(for: state.target, count: state.probeCount, pool: state.pool)) {
                probe.outcome(of: $0)
            }
        case .tcpSocket(let probe):
            transfer(id, probe.request(for: state.target, pool: state.pool)) { _ in
                ProbeOutcome(verdict: .success, detail: "connected")
            }
        case .exec(let probe) where probe.place == .supervisor: run(probe, state)
        case .exec:
            ended(id, ProbeOutcome(verdict: .noResult, detail: "exec in the pod is not available in this version"))
        case .grpc: ended(id, ProbeOutcome(verdict: .noResult, detail: "grpc is not available in this version"))
        }
    }

    private func transfer(
        _ id: Member.ID,
        _ request: HTTPRequest?,
        _ verdict: @escaping @Sendable (HTTPResponse) -> ProbeOutcome
    ) {
        guard let request else {
            return ended(id, ProbeOutcome(verdict: .noResult, detail: "no container has the port that the probe names"))
        }
        let observer = ProbeObserver { [unowned self] result in
            assumeIsolated { $0.transferEnded(id, result.map(verdict)) }
        }
        let transfer = loop.start(request, observer: observer)
        if !observer.hasEnded { states[id]?.flight = .transfer(transfer) }
    }

    private func transferEnded(_ id: Member.ID, _ result: Result<ProbeOutcome, TransportError>) {
        switch result {
        case .success(let outcome): ended(id, outcome)
        case .failure(let error) where error.kind == .cancelled: break
        case .failure(let error):
            ended(id, ProbeOutcome(verdict: error.isOurOwn ? .noResult : .failure, detail: error.description))
        }
    }

    private func run(_ probe: ExecProbe, _ state: TargetState) {
        commandCount += 1
        states[state.target.id]?.flight = .command(commandCount)
        commands.post(CommandRun(probe: probe, target: state.target, number: commandCount), for: state.target.id)
    }

    private func commandEnded(_ id: Member.ID, _ number: Int, _ outcome: ProbeOutcome) {
        guard case .command(let awaited) = states[id]?.flight, awaited == number else { return }
        ended(id, outcome)
    }

    private func ended(_ id: Member.ID, _ result: ProbeOutcome) {
        noteTime()
        guard let state = states[id] else { return }
        let isDistrusted = state.startedAt < doubt.distrustedBefore
        let outcome = isDistrusted ? ProbeOutcome(verdict: .noResult, detail: "the supervisor stood still") : result
        noteFailing(state, outcome.verdict)
        let change = states[id]?.tracker.probeFinished(outcome.verdict)
        states[id]?.flight = .none
        states[id]?.lastOutcome = outcome
        states[id]?.waiters = []
        let end = ProbeEnd(verdict: outcome.verdict, at: outcome.verdict == .success ? Self.now : state.startedAt)
        defer { for waiter in state.waiters { waiter.send(end) } }
        if change != nil || state.lastOutcome != outcome { report(id, outcome, isChange: change != nil) }
        let isCounting = states[id]?.tracker.isCounting ?? false
        states[id]?.due = ProbeSchedule.next(
            after: state.due,
            isCounting: isCounting,
            timing: state.target.probe.timing,
            now: EventLoop.now
        )
        arm(id)
    }

    func report(_ id: Member.ID, _ outcome: ProbeOutcome, isChange: Bool) {
        guard let state = states[id] else { return }
        receivers[state.target.group]?(
            ProbeReport(
                member: id,
                pod: state.target.pod,
                health: state.tracker.health,
                isDoubted: state.tracker.isDoubted,
                verdict: outcome.verdict,
                startedAt: state.startedAt,
                detail: outcome.detail,
                isChange: isChange
            )
        )
    }
}
