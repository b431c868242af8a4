import FailoverCore
import KubernetesClient
import Probing

/// How a group carries out what its machine decides.
extension GroupSupervisor {
    /// A timer that fires later than this shows that the process stood still.
    private static let longestLateness: Duration = .seconds(2)
    /// How long news may take to be heard then.
    private static let rest: Duration = .seconds(1)
    /// How long the same move is not told of again before it is complete.
    private static let announcementPause: Duration = .seconds(60)

    /// Gives the machine an event, and carries out what it decides.
    func step(_ event: (inout GroupStateMachine) -> [Effect]) {
        readCalendar()
        tell(event)
        // A request for later may have come.
        readCalendar()
    }

    /// The same, by what is known of the calendar.
    func tell(_ event: (inout GroupStateMachine) -> [Effect]) {
        perform(event(&machine))
        let now = surroundings.clock.now()
        counts.observed(isEmpty: machine.actives.isEmpty, isSwitching: machine.isSwitching, at: now)
        tellOfPause(at: now)
        complainOfEpochs()
    }

    /// Who takes a group over finds it paused or not, and tells of changes only.
    private func tellOfPause(at now: MonotonicTime) {
        guard standing == .leading, machine.record != nil else { return }
        let isPaused = machine.isPaused(at: now)
        if let wasPaused, wasPaused != isPaused { notify(isPaused ? .paused : .unpaused) }
        wasPaused = isPaused
    }

    /// Carries out effects: operations and timers as child tasks, reports at once.
    private func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .readRecord(let id): readRecord(for: id)
            case .writeRecord(let id, let record, let version, let urgency):
                let followed = urgency == .completion ? endpoints.awaited?.ended : nil
                write(urgency, of: .record) { [clock = surroundings.clock] _ in
                    if let followed { await Self.wait(for: followed, clock: clock) }
                    return nil
                } inTurn: { [self, question = machine.question?.id] api, turn in
                    let outcome = await api.writeRecord(
                        record,
                        replacing: version,
                        asking: question,
                        urgency: urgency,
                        in: turn
                    ) { await self.turnCame(id, asking: question) }
                    return .recordWritten(id, outcome)
                }
            case .listMembers(let id): run { .membersListed(id, await $0.listMembers()) }
            case .readMember(let id, let name): run { .memberRead(id, await $0.readMember(name)) }
            case .readOutgoing(let id, let pod, let version):
                run { .memberRead(id, await $0.readOutgoing(pod, since: version)) }
            case .writeRole(let id, let write): writeRole(write, for: id)
            case .writeEndpoints(let id, let slice): writeSlice(slice, for: id)
            case .readEndpoints(let id, let family): readSlice(family, for: id)
            case .tryRole(let id, let trial): write { .roleTried(id, await $0.tryRole(trial)) }
            case .deletePod(let id, let pod):
                write { [self] api in .podDeleted(id, await api.deletePod(pod) { await self.turnCame(id) }) }
            case .runHook(let id, let call): runHook(call, for: id)
            case .settleEndpoints(let id, let members): settle(id, without: members)
            case .probe(let member, let since):
                start { [probes = surroundings.probes, key = target(member)] in
                    await probes.probeNow(key, unlessSucceededSince: since)
                }
            case .forgetHealth(let member):
                start { [probes = surroundings.probes, key = target(member)] in await probes.forget(key) }
            case .askOpinions(let question): ask(question)
            case .askScores(let id, let members): askScores(of: members, for: id)
            case .startTimer(let id, let deadline): startTimer(id, at: deadline)
            case .startBackoff(let id, let attempt, let pause):
                let delay = pacing.delay(until: id, attempt: attempt, jitter: .random(in: 0...1))
                startTimer(id, at: surroundings.clock.now() + max(delay, pause))
            case .report(let report):
                count(report)
                if case .moved(let move) = report {
                    moved(move)
                    tellCompanions(of: move)
                }
                if !isRepetition(report) { notify(of: report) }
            }
        }
    }

    /// Nothing can be decided before the pods are known; until then thousands of reads would only hold up their list.
    private func readRecord(for id: OperationID) {
        start { [self, pods = surroundings.pods, errands = surroundings.tasks.errands] in
            await pods.whenListed { errands.add { await self.readRecordNow(for: id) } }
        }
    }

    private func readRecordNow(for id: OperationID) async {
        if isOver { return }
        post(.recordRead(id, await surroundings.api.readRecord()))
    }

    /// A pod that left the group may be another's by now, which gives it its role.
    private func writeRole(_ write: RoleWrite, for id: OperationID) {
        if write.urgency == .promotion { endpoints.promotes(id, at: write.epoch) }
        let (isMember, isContested) = (isMember(write.member.id), claim.isContested)
        let scopes = wish?.scopes ?? []
        self.write(write.urgency, of: .role(write.member.name)) { [claims = surroundings.claims, claimant] api in
            guard isContested || !isMember else { return nil }
            let obstacle = await Self.obstacle(
                to: write.member,
                isMember: isMember,
                in: scopes,
                for: claimant,
                claims,
                api
            )
            return obstacle.map { .roleWritten(id, $0) }
        } inTurn: { [self] api, turn in
            .roleWritten(id, await api.writeRole(write, in: turn) { await self.turnCame(id) })
        }
    }

    /// What changes something waits until this supervisor may write; waiting is no failure and asks the API server nothing.
    func write(
        _ operation: @escaping @Sendable (any GroupAPI) async -> GroupInput
    ) {
        run { [gate = surroundings.gate, clock = surroundings.clock] api in
            await gate.open(clock.now)
            return await operation(api)
        }
    }

    /// The same, for what waits until it is its turn, among the writes of all groups.
    ///
    /// Thousands wait at once, as what they are, without a task.
    /// `preparation`: what comes before; it may find that nothing is to be written, and why.
    func write(
        _ urgency: WriteUrgency,
        of target: WriteTarget,
        after preparation: @escaping @Sendable (any GroupAPI) async -> GroupInput?,
        inTurn operation: @escaping @Sendable (any GroupAPI, WriteScheduler.Turn) async -> GroupInput
    ) {
        start { [self, gate = surroundings.gate, clock = surroundings.clock, api = surroundings.api] in
            await gate.open(clock.now)
            if let obstacle = await preparation(api) { return post(obstacle) }
            let turn = await api.turn(urgency, of: target) { [self] turn in
                begin { [self] in post(await operation(api, turn)) }
            }
            if let turn { post(await operation(api, turn)) }
        }
    }

    /// Whether a record is still to be written, its turn having come; one that would put an older question to standbys is made anew.
    private func turnCame(_ id: OperationID, asking question: String?) -> Bool {
        machine.question?.id == question && turnCame(id)
    }

    /// Whether what has waited is still to be written.
    func turnCame(_ id: OperationID) -> Bool {
        readCalendar()
        return machine.turnCame(id, at: surroundings.clock.now())
    }

    /// Does what asks the API server, beside the inputs; its end is an input.
    func run(
        _ operation: @escaping @Sendable (any GroupAPI) async -> GroupInput
    ) {
        start { [self, api = surroundings.api] in post(await operation(api)) }
    }

    private func target(_ member: Member.ID) -> ProbeTarget.Key {
        ProbeTarget.Key(group: claimant.group, member: member)
    }

    private func startTimer(_ id: OperationID, at deadline: MonotonicTime) {
        surroundings.alarm.set(deadline) { [weak self, alarm = surroundings.alarm, clock = surroundings.clock] in
            let now = clock.now()
            if now.since(deadline) <= Self.longestLateness {
                self?.post(.timerFired(id))
            } else {
                // This process stood still: what has happened by now is taken in before it decides.
                alarm.set(now + Self.rest) { self?.post(.timerFired(id)) }
            }
        }
    }

    /// A move that cannot be announced on the record is begun again and again; that is told once a minute.
    private func isRepetition(_ report: Report) -> Bool {
        if case .moved = report { announced = nil }
        if case .moveWithdrawn = report { announced = nil }
        guard case .moveStarted(_, let target, let cause, _) = report else { return false }
        let now = surroundings.clock.now()
        if let announced, announced.target == target, announced.cause == cause,
            now.since(announced.time) < Self.announcementPause
        {
            return true
        }
        announced = (target, cause, now)
        return false
    }

    /// A group that waits for its Service withholds everything; its cause is reported once instead.
    private func notify(of report: Report) {
        if case .withheld = report, isStopping { return }
        guard case .usable = service else { return }
        if case .withheld(let target, let cause, .observed, let trace) = report {
            notify(.withheld(to: target, cause, trace, because: restraint))
        } else {
            notify(.report(report))
        }
    }

    /// Why nothing of the group is written although its Service can be used, in words.
    private var restraint: String {
        if isDryRun { return "in a dry run nothing is written" }
        if case .contested(_, let other) = claim { return waitingFor ?? "group \(other) writes the role of its pods" }
        if claim == .granted { return "whether this supervisor still leads the group is not certain" }
        return "which pods other groups mean is not known yet"
    }
}
