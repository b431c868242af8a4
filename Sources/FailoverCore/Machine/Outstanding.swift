/// What a group waits for: its phase, the repairs of labels beside it, timers, and the ids of all these.
///
/// Each operation and each timer that is awaited is awaited by one of them; an id that nobody awaits is stale.
struct Outstanding: Sendable, Hashable {
    /// What the group is doing.
    enum Phase: Sendable, Hashable {
        /// Not started.
        case initial
        /// The Lease is being read.
        case readingRecord(OperationID)
        /// Reading or writing the Lease failed; waiting before it is read.
        case backingOff(OperationID)
        /// Nothing of the record or of a switch is outstanding: the only phase in which decisions are made.
        case settled
        /// The Lease is being written without any pod: to name the member that is active already, or to answer a request.
        indirect case recording(OperationID, adopting: Adoption?)
        /// A switch is on its way.
        indirect case switching(RoleSwitch)
    }

    /// Decisions are made in `.settled` only; repairs and timers do not change it.
    var phase: Phase = .initial
    @Seldom private var waiting: WaitingRecord?
    /// What was announced, and not acknowledged; nil: nothing.
    @Seldom var doubtful: DoubtfulIntents?
    private var repairs = LabelRepairs()
    /// What is done about EndpointSlices beside a switch; nil: nothing was ever done.
    @Seldom var endpoints: EndpointWork?
    private var relistCheck = RelistCheck()
    private var wakeUp = WakeUp()
    /// Of whatever is begun next.
    var ids = OperationIDs()
    /// How much may still be set right of what others change.
    var budget = RepairBudget()

    // MARK: Phases

    /// Nothing of the record or of a switch is outstanding any more.
    mutating func settle() {
        phase = .settled
    }

    /// The record is to be read.
    mutating func readRecord() -> [Effect] {
        let id = ids.next()
        phase = .readingRecord(id)
        return [.readRecord(id)]
    }

    /// The record is to be read after a while; `attempt`: how often that failed before, in a row.
    mutating func backOff(attempt: Int, atLeast pause: Duration) -> [Effect] {
        let id = ids.next()
        phase = .backingOff(id)
        return [.startBackoff(id, attempt: attempt, atLeast: pause)]
    }

    /// A record is to be written that moves nothing.
    ///
    /// While it waits for its turn the group stays settled and decides as before, so that a move does not wait for it. Two go before
    /// a move: an answer to a request, which has the urgency of the move then, and what takes a switch back, while which nothing
    /// else is decided.
    mutating func write(
        _ next: GroupRecord,
        over stored: StoredRecord?,
        adopting adoption: Adoption? = nil,
        urgency: WriteUrgency = .upkeep
    ) -> [Effect] {
        let isFree = phase == .settled && adoption.map(\.takesNothingBack) ?? true
        if isFree, waiting?.serves(next, over: stored?.version, adopting: adoption, urgency) ?? false { return [] }
        let id = ids.next()
        waiting = isFree ? .init(id, next, over: stored?.version, adopting: adoption, urgency) : nil
        if !isFree { phase = .recording(id, adopting: adoption) }
        return [.writeRecord(id, next, replacing: stored?.version, urgency: urgency)]
    }

    /// Whether an operation is the record that waits for its turn.
    func isWaiting(_ id: OperationID) -> Bool { waiting?.id == id }

    /// The turn of the record that waits has come.
    ///
    /// - Returns: whether it is written; not if a switch is under way, or the record is another by now.
    mutating func turnCame(over stored: StoredRecord?) -> Bool {
        guard let waiting, phase == .settled, waiting.version == stored?.version else { return false }
        phase = .recording(waiting.id, adopting: waiting.adoption)
        self.waiting = nil
        return true
    }

    /// The record that waited is not written.
    mutating func turnPassed() {
        waiting = nil
    }

    /// A move is to be announced on the record.
    ///
    /// One that a slice announces goes on as soon as the members are known.
    mutating func begin(_ beginning: Beginning, in situation: Situation) -> [Effect] {
        var intent = situation.intent(of: beginning)
        if let ground = situation.groundWithoutAnnouncement(of: beginning) {
            let progress = RoleSwitch(beginning, unannounced: intent, under: ground, in: situation)
            abandonRepairs()
            phase = .switching(progress)
            return [progress.announcement(situation.trace)] + (situation.known.run.hasListed ? [] : list(for: progress))
        }
        let id = ids.next()
        intent.attempt = situation.known.attempt(id)
        let progress = RoleSwitch(beginning, intent: intent, in: situation, as: id)
        abandonRepairs()
        phase = .switching(progress)
        let version = situation.known.records.stored?.version
        return [
            progress.announcement(situation.trace),
            .writeRecord(id, intent, replacing: version, urgency: progress.urgency),
        ]
    }

    // MARK: A switch

    /// Its intent is stored, so that it counts as a repair if it is one; an intent that was not stored does not count.
    mutating func announced(_ progress: RoleSwitch, at now: MonotonicTime) {
        if progress.move.cause.isRepair { budget.repaired(.lostRole, at: now) }
    }

    /// The switch has come this far.
    mutating func goOn(with progress: RoleSwitch) { phase = .switching(progress) }

    /// Goes on with a switch as far as the answers allow.
    mutating func advance(_ progress: RoleSwitch, in situation: Situation) -> (RoleSwitch, [Effect]) {
        var progress = progress
        let effects = progress.advance(in: situation.surroundings, &ids, at: situation.now)
        return (progress, effects)
    }

    /// The members are to be listed for a switch.
    mutating func list(for progress: RoleSwitch) -> [Effect] {
        var progress = progress
        let effects = progress.list(&ids)
        phase = .switching(progress)
        return effects
    }

    /// That failed.
    mutating func listingFailed(_ failure: OperationFailure, for progress: RoleSwitch) -> [Effect] {
        var progress = progress
        let effects = progress.listingFailed(failure, &ids)
        phase = .switching(progress)
        return effects
    }

    // MARK: Repairs

    /// Sets labels right beside the active member that stays.
    mutating func repair(_ keep: Decision.Keep, under record: GroupRecord, in situation: Situation) -> [Effect] {
        let (epoch, now) = (record.epoch, situation.now)
        let isDrift = situation.rules(record).isDrift
        let effects = repairs.makePassive(keep.repairs, at: epoch, isDrift: isDrift, within: &budget, now: now, &ids)
        let members = situation.known.view.all
        let (more, until) = repairs.relabel(members, keeping: keep.active, at: epoch, within: &budget, now: now, &ids)
        return effects + more + wakeUp.at(until, &ids)
    }

    /// Takes the active role from pods that left the members, and from these if they are no members.
    mutating func demote(_ departed: [Member], and absent: [GroupRecord.Holder], at epoch: Epoch) -> [Effect] {
        repairs.demote(departed, and: absent, at: epoch, &ids)
    }

    /// A record of another epoch is written: repairs under this one are dropped.
    mutating func abandonRepairs() {
        repairs.abandon()
        endpoints?.upkeep.abandon()
    }

    /// Pods that are members again are decided about as such.
    mutating func forgetReturned(_ members: [Member]) {
        repairs.forgetReturned(members)
    }

    /// Forgets repairs that came to an end.
    ///
    /// - Returns: the reports, and the pods whose repairs ended.
    mutating func finishRepairs() -> (effects: [Effect], ended: [Member.ID]) { repairs.finish() }

    // MARK: Assignments

    /// Whether an assignment, of the switch or of a repair, waits for an operation.
    func isAwaited(_ id: OperationID) -> Bool {
        if case .switching(let progress) = phase, progress.awaits(id) || progress.gate?.asks(id) ?? false {
            return true
        }
        return repairs.awaits(id) || endpoints?.awaits(id) ?? false
    }

    /// Whether an operation concerns a pod that left the members.
    func concernsDeparted(_ id: OperationID) -> Bool { repairs.concernsDeparted(id) }

    /// Passes to the assignments that wait for an operation how it ended.
    ///
    /// - Returns: what follows, and the pods that are gone.
    mutating func changeAssignments(
        awaiting id: OperationID,
        _ change: (inout RoleAssignment, inout OperationIDs, inout [Effect]) -> Void
    ) -> (effects: [Effect], gone: [Member.ID]) {
        var effects: [Effect] = []
        var gone: [Member.ID] = []
        forEachAssignment { assignment, ids in
            guard assignment.awaits(id) else { return }
            change(&assignment, &ids, &effects)
            if assignment.stage == .gone { gone.append(assignment.member.id) }
        }
        return (effects, gone)
    }

    /// Every assignment under way, of a switch and of repairs, each passed to `body` by reference.
    private mutating func forEachAssignment(_ body: (inout RoleAssignment, inout OperationIDs) -> Void) {
        var ids = self.ids
        if case .switching(var progress) = phase {
            progress.withLabels { $0.forEachAssignment { body(&$0, &ids) } }
            phase = .switching(progress)
        }
        repairs.visit { body(&$0, &ids) }
        self.ids = ids
    }

    // MARK: Timers and retries

    /// The group is decided about again no later than this; nil: no such time.
    mutating func wake(at deadline: MonotonicTime?) -> [Effect] { wakeUp.at(deadline, &ids) }

    /// Whether a timer is that one, which is over then.
    mutating func isWakeUp(_ id: OperationID) -> Bool { wakeUp.fired(id) }

    /// A backoff ran out: what waits for it is tried again.
    mutating func retry(after id: OperationID) -> [Effect] {
        if relistCheck.awaits(id) { return relistCheck.ask(&ids) }
        return retry { $0.awaits(id) } + retryListing { $0 == id } + retryEndpoints { $0.awaits(id) }
            + recheck(after: id)
    }

    /// Tries now whatever waits for a retry, but for the record.
    mutating func retryAll() -> [Effect] {
        retry { _ in true } + retryListing { _ in true } + retryEndpoints { _ in true }
    }

    private mutating func retry(where isDue: (RoleAssignment) -> Bool) -> [Effect] {
        var effects: [Effect] = []
        forEachAssignment { assignment, ids in
            if isDue(assignment) { assignment.retryDue(ids: &ids, effects: &effects) }
        }
        return effects
    }

    private mutating func retryListing(where isDue: (OperationID) -> Bool) -> [Effect] {
        guard case .switching(let progress) = phase, let id = progress.awaitedListing, isDue(id) else { return [] }
        return list(for: progress)
    }

    // MARK: A relist in doubt

    /// A relist shows an older version than is known: the pods are listed consistently, unless that is under way.
    mutating func checkRelist() -> [Effect] { relistCheck.begin(&ids) }

    /// Whether an operation is that list.
    func isRelistCheck(_ id: OperationID) -> Bool { relistCheck.awaits(id) }

    /// That list was answered.
    mutating func relistChecked() {
        relistCheck.ended()
    }

    /// That list failed: it is tried again after a backoff.
    mutating func relistCheckFailed(_ failure: OperationFailure) -> [Effect] { relistCheck.failed(failure, &ids) }
}

/// The one timer at which a group is decided about again although nothing changes, so that timers cannot pile up.
struct WakeUp: Sendable, Hashable {
    private struct Timer: Sendable, Hashable {
        let id: OperationID
        let at: MonotonicTime
    }

    private var timer: Timer?

    /// The group is to be decided about again no later than this; nil: no such time.
    mutating func at(_ deadline: MonotonicTime?, _ ids: inout OperationIDs) -> [Effect] {
        guard let deadline else { return [] }
        if let timer, timer.at <= deadline { return [] }
        let id = ids.next()
        timer = Timer(id: id, at: deadline)
        return [.startTimer(id, at: deadline)]
    }

    /// A timer ran out.
    ///
    /// - Returns: whether it is this one.
    mutating func fired(_ id: OperationID) -> Bool {
        guard timer?.id == id else { return false }
        timer = nil
        return true
    }
}
