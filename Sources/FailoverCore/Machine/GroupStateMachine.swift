/// Decides for one group: events in, ordered effects out.
///
/// It performs no I/O, reads no clock and knows no randomness; the same events give the same effects. It is
/// level-triggered: when nothing is outstanding it derives the decision from configuration, members, health, record and
/// time alone. What it knows stands in its parts, each fact in one: `MemberView`, `RecordView`, `OwnRun`; what it does stands
/// in its phase.
package struct GroupStateMachine: Sendable, Hashable {
    /// What the machine is waiting for.
    enum Phase: Sendable, Hashable {
        /// Not started.
        case initial
        /// The Lease is being read.
        case readingRecord(OperationID)
        /// Reading or writing the Lease failed; waiting before it is read.
        case backingOff(OperationID)
        /// Nothing of the record or of a switch is outstanding: the only phase in which decisions are made.
        case settled
        /// The Lease is being written without any pod: to name the member that is active already, or to answer an order.
        case recording(OperationID, adopting: Member?)
        /// A switch is on its way.
        case switching(RoleSwitch)
    }

    /// A timer that is running.
    private struct WakeUp: Sendable, Hashable {
        var id: OperationID
        var at: MonotonicTime
    }

    /// The group's identity on records: unique for each supervisor process.
    let identity: String
    package private(set) var policy: GroupPolicy
    package private(set) var view = MemberView()
    private(set) var records = RecordView()
    private(set) var run = OwnRun()
    private(set) var repairs = LabelRepairs()
    private(set) var phase: Phase = .initial
    /// While the supervisor doubts its own probes.
    private(set) var suspension: Suspension?
    /// While a move waits for certainty.
    private(set) var confirmation: Confirmation?
    private var notices = StandingNotices()
    private var relistCheck = RelistCheck()
    private var ids = OperationIDs()
    /// The one timer that is running, so that timers cannot pile up.
    private var wakeUp: WakeUp?

    package init(policy: GroupPolicy, identity: String) {
        self.policy = policy
        self.identity = identity
    }

    /// The newest record known; nil before it was read, or if there is none.
    package var record: StoredRecord? { records.stored }

    /// The members whose label says active, by name.
    package var actives: [Member] { view.actives }

    /// Whether a switch is on its way, so that stopping now would leave it unfinished.
    package var isSwitching: Bool {
        if case .switching = phase { true } else { false }
    }

    // MARK: Events about the world

    /// The group begins to be supervised: its record is read.
    package mutating func started() -> [Effect] {
        guard case .initial = phase else { return [] }
        return readRecord()
    }

    /// The informer shows the group's pods as of `version`.
    ///
    /// `isRelist`: whether the source started anew, so that an older version may mean a server that was set back.
    package mutating func membersObserved(
        _ members: [Member],
        version: ObjectVersion,
        isRelist: Bool = false,
        at now: MonotonicTime
    ) -> [Effect] {
        if isRelist, let known = view.listedVersion, version < known { return answered(relistCheck.begin(&ids)) }
        let wasServed = view.isServed
        let known = view.all
        view.listed(members, version: version, isRelist: isRelist)
        noteDepartures(from: known)
        let effects = membersChanged(at: now)
        return answered(wasServed && !view.isServed ? effects + retryAll() : effects)
    }

    /// Who leaves while its promotion is on its way may become active although nothing shows it.
    private mutating func noteDepartures(from known: [Member]) {
        view.noteDoubtful(known.filter { view[$0.id] == nil && run.mayPromote($0) })
        run.forgetAll { id in view[id] != nil || view.departed.contains { $0.id == id } }
    }

    /// Probes say something else of a member than before, or were asked for.
    package mutating func memberProbed(
        _ id: Member.ID,
        _ evidence: HealthEvidence,
        at now: MonotonicTime
    ) -> [Effect] {
        guard view.evidence(of: id) != evidence else { return [] }
        view.probed(id, evidence)
        return answered(proceed(at: now))
    }

    /// The configuration changed; no role moves because of that alone.
    package mutating func policyChanged(_ policy: GroupPolicy, at now: MonotonicTime) -> [Effect] {
        // Steps that were begun in one order are not gone on with in the other.
        if policy.order != self.policy.order, case .switching(let progress) = phase, progress.isWriting {
            phase = .settled
        }
        self.policy = policy
        self.policy.fenced = records.fenced
        return answered(membersChanged(at: now))
    }

    /// The supervisor began to doubt its own probes: nothing moves because of them for a while.
    package mutating func automaticMovesSuspended(_ suspension: Suspension, at now: MonotonicTime) -> [Effect] {
        self.suspension = suspension
        return answered(proceed(at: now))
    }

    /// The API server answers again: whatever waits for a retry is tried now.
    package mutating func connectionRestored(at now: MonotonicTime) -> [Effect] {
        answered(retryAll())
    }

    /// The informer shows the group's Lease, or that there is none.
    ///
    /// `isRelist`: whether the source started anew, so that an older version means a server that was set back.
    package mutating func recordObserved(
        _ stored: StoredRecord?,
        isRelist: Bool = false,
        at now: MonotonicTime
    ) -> [Effect] {
        if records.saw(stored, isRelist: isRelist) {
            run.end()
            if case .settled = phase { return answered(readRecord()) }
            return []
        }
        guard records.isNewsSeen else { return [] }
        switch phase {
        case .settled: return answered(evaluate(at: now))
        case .switching(let progress):
            guard progress.isWriting, let epoch = stored?.record.epoch else { return [] }
            return answered(epoch > progress.epoch ? stepBack() : advance(progress, at: now))
        case .initial, .readingRecord, .backingOff, .recording: return []
        }
    }

    /// A timer or a backoff ran out.
    package mutating func timerFired(_ id: OperationID, at now: MonotonicTime) -> [Effect] {
        if wakeUp?.id == id {
            wakeUp = nil
            return answered(proceed(at: now))
        }
        if relistCheck.awaits(id) { return answered(relistCheck.ask(&ids)) }
        if case .backingOff(let awaited) = phase, awaited == id { return answered(readRecord()) }
        return answered(retryAssignments { $0.awaits(id) } + retryListing { $0 == id })
    }

    // MARK: Answers about the record

    /// The Lease was read.
    package mutating func recordRead(
        _ id: OperationID,
        _ outcome: RecordReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard case .readingRecord(let awaited) = phase, awaited == id else { return [] }
        switch outcome {
        case .found(let stored): return answered(recordKnown(stored, at: now))
        case .absent:
            records.dropObserved()
            return answered(recordKnown(nil, at: now))
        case .failed(let failure): return answered(backOff(failure, during: "reading the record"))
        }
    }

    /// The Lease was written, or was not.
    package mutating func recordWritten(
        _ id: OperationID,
        _ outcome: RecordWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        switch phase {
        case .recording(let awaited, let active) where awaited == id:
            return answered(recordingEnded(outcome, adopting: active, at: now))
        case .switching(let progress) where progress.step == .intending(id):
            return answered(intentEnded(outcome, progress, at: now))
        case .initial, .readingRecord, .backingOff, .settled, .recording, .switching: return []
        }
    }

    private mutating func recordingEnded(
        _ outcome: RecordWriteOutcome,
        adopting active: Member?,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            let answers = answers(toldBy: stored.record)
            guard let active else { return answers + recordKnown(stored, at: now) }
            run.recorded(stored.record.epoch, after: records.record?.epoch)
            return answers + [.report(.adopted(active, stored.record.epoch))] + recordKnown(stored, at: now)
        case .notSent:
            phase = .settled
            return evaluate(at: now)
        case .conflict: return recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    private mutating func intentEnded(
        _ outcome: RecordWriteOutcome,
        _ progress: RoleSwitch,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            var effects = answers(toldBy: stored.record)
            run.recorded(stored.record.epoch, after: records.record?.epoch)
            took(stored, at: now)
            records.succeeded()
            // The intent may have waited for its turn.
            if run.hasListed { return effects + membersConfirmed(progress, at: now) }
            var progress = progress
            effects += progress.list(&ids)
            phase = .switching(progress)
            return effects
        case .notSent:
            phase = .settled
            return evaluate(at: now)
        case .conflict: return [.report(.steppedBack)] + recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    private mutating func recordKnown(_ stored: StoredRecord?, at now: MonotonicTime) -> [Effect] {
        took(stored, at: now)
        records.succeeded()
        phase = .settled
        return evaluate(at: now)
    }

    private mutating func recordConflicted() -> [Effect] {
        records.dropObserved()
        return readRecord()
    }

    private mutating func took(_ stored: StoredRecord?, at now: MonotonicTime) {
        records.took(stored, at: now)
        recordChanged(at: now)
    }

    /// The record is another, or was set back: what depends on it follows.
    private mutating func recordChanged(at now: MonotonicTime) {
        run.saw(records.record?.epoch)
        view.believe(upTo: (records.highestEpoch ?? Epoch(0)).highestBelievable)
        if records.fenced != policy.fenced {
            policy.fenced = records.fenced
            view.look(under: policy, at: now)
        }
    }

    // MARK: Answers about members

    /// The group's pods were listed consistently, for a switch or because a relist was in doubt.
    package mutating func membersListed(
        _ id: OperationID,
        _ outcome: MemberListOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if relistCheck.awaits(id) { return answered(relistChecked(outcome, at: now)) }
        guard case .switching(var progress) = phase, progress.step == .listing(id) else { return [] }
        switch outcome {
        case .listed(let members, let version):
            view.listed(members, version: version, isRelist: false)
            view.look(under: policy, at: now)
            run.listed()
            return answered(membersConfirmed(progress, at: now))
        case .failed(let failure):
            let effects = progress.listingFailed(failure, &ids)
            phase = .switching(progress)
            return answered(effects)
        }
    }

    /// One pod was read.
    package mutating func memberRead(
        _ id: OperationID,
        _ outcome: MemberReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard isAwaited(id) else { return [] }
        var outcome = outcome
        if case .found(let member) = outcome {
            view.updated(member)
            run.found(member)
            // An epoch that is far above is believed once, so that the record is read, and not again if that does not know it.
            if !records.isNews(member.epoch) { outcome = .found(view.believed(member)) }
            // Whoever was changed after the last listing may be a member again.
            if repairs.concernsDeparted(id), view.listedVersion.map({ $0 < member.version }) ?? true {
                outcome = .tooNew
            }
        }
        return answered(assignmentChanged(awaiting: id, at: now) { $0.read(outcome, ids: &$1, effects: &$2) })
    }

    /// A role was written, or was not.
    package mutating func roleWritten(
        _ id: OperationID,
        _ outcome: RoleWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if case .refused = outcome, let member = run.promoted(by: id) { view.promotionRefused(member, at: now) }
        guard run.answered(id, outcome) else { return [] }
        if case .written(let member) = outcome { view.stored(member) }
        return answered(
            assignmentChanged(awaiting: id, at: now) { $0.written(outcome, at: now, ids: &$1, effects: &$2) }
        )
    }

    /// The API server said what it would do with a write that is tried.
    package mutating func roleTried(
        _ id: OperationID,
        _ outcome: RoleTrialOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard case .switching(var progress) = phase, progress.tried(id, outcome) else { return [] }
        if !mayWithdraw(progress) { progress.disregardTrial() }
        return answered(advance(progress, at: now))
    }

    /// The Service's endpoints show the demoted members no more, or it was waited for that long enough.
    package mutating func endpointsSettled(_ id: OperationID, at now: MonotonicTime) -> [Effect] {
        guard case .switching(var progress) = phase, progress.settled(id) else { return [] }
        return answered(advance(progress, at: now))
    }

    private mutating func assignmentChanged(
        awaiting id: OperationID,
        at now: MonotonicTime,
        _ change: (inout RoleAssignment, inout OperationIDs, inout [Effect]) -> Void
    ) -> [Effect] {
        var effects: [Effect] = []
        var gone: [Member.ID] = []
        forEachAssignment { assignment, ids in
            guard assignment.awaits(id) else { return }
            change(&assignment, &ids, &effects)
            if assignment.stage == .gone { gone.append(assignment.member.id) }
        }
        for member in gone { view.removed(member) }
        effects += finishRepairs()
        return effects + membersChanged(at: now)
    }

    private mutating func finishRepairs() -> [Effect] {
        let (effects, ended) = repairs.finish()
        for id in ended { view.forgetDeparted(id) }
        return effects
    }

    // MARK: What the events have in common

    private mutating func membersChanged(at now: MonotonicTime) -> [Effect] {
        view.look(under: policy, at: now)
        repairs.forgetReturned(view.all)
        return proceed(at: now)
    }

    /// Goes as far as can be gone now.
    private mutating func proceed(at now: MonotonicTime) -> [Effect] {
        switch phase {
        case .initial, .readingRecord, .backingOff, .recording: []
        case .settled: evaluate(at: now)
        case .switching(let progress): advance(progress, at: now)
        }
    }

    private mutating func readRecord() -> [Effect] {
        let id = ids.next()
        records.beginReading()
        phase = .readingRecord(id)
        return [.readRecord(id)]
    }

    private mutating func stepBack() -> [Effect] { [.report(.steppedBack)] + readRecord() }

    /// Waits before the record is read again.
    private mutating func backOff(_ failure: OperationFailure, during action: String) -> [Effect] {
        let id = ids.next()
        phase = .backingOff(id)
        let attempt = records.failed()
        let report: [Effect] = attempt == 0 ? [.report(.operationFailed(action, failure))] : []
        return report + [.startBackoff(id, attempt: attempt, atLeast: failure.retryAfter)]
    }

    /// Tries now whatever waits for a retry.
    private mutating func retryAll() -> [Effect] {
        if case .backingOff = phase { return readRecord() }
        return retryAssignments { _ in true } + retryListing { _ in true }
    }

    private mutating func retryAssignments(where isDue: (RoleAssignment) -> Bool) -> [Effect] {
        var effects: [Effect] = []
        forEachAssignment { assignment, ids in
            if isDue(assignment) { assignment.retryDue(ids: &ids, effects: &effects) }
        }
        return effects
    }

    private mutating func retryListing(where isDue: (OperationID) -> Bool) -> [Effect] {
        guard case .switching(var progress) = phase, case .awaitingListing(let id, _) = progress.step, isDue(id) else {
            return []
        }
        let effects = progress.list(&ids)
        phase = .switching(progress)
        return effects
    }

    /// Every assignment under way, of a switch and of repairs, each passed to `body` by reference.
    private mutating func forEachAssignment(_ body: (inout RoleAssignment, inout OperationIDs) -> Void) {
        var ids = self.ids
        if case .switching(var progress) = phase {
            progress.forEachAssignment { body(&$0, &ids) }
            phase = .switching(progress)
        }
        repairs.visit { body(&$0, &ids) }
        self.ids = ids
    }

    /// The last thing before effects go out: what is sent is noted, and while nobody is active no Retry-After keeps the group
    /// waiting for longer than `longestPauseInOutage`.
    private mutating func answered(_ effects: [Effect]) -> [Effect] {
        for case .writeRole(let id, let write) in effects {
            run.sent(id, write)
            view.writing(write.member.id)
        }
        if view.isServed { return effects }
        return effects.map { effect in
            guard case .startBackoff(let id, let attempt, let pause) = effect else { return effect }
            return .startBackoff(id, attempt: attempt, atLeast: min(pause, Self.longestPauseInOutage))
        }
    }

    private static let longestPauseInOutage: Duration = .seconds(5)

    private mutating func wake(at deadline: MonotonicTime?) -> [Effect] {
        guard let deadline else { return [] }
        if let wakeUp, wakeUp.at <= deadline { return [] }
        let id = ids.next()
        wakeUp = WakeUp(id: id, at: deadline)
        return [.startTimer(id, at: deadline)]
    }

    private mutating func relistChecked(_ outcome: MemberListOutcome, at now: MonotonicTime) -> [Effect] {
        switch outcome {
        case .listed(let members, let version):
            relistCheck.ended()
            let isSetBack = view.listedVersion.map { version < $0 } ?? false
            if isSetBack { run.end() }
            view.listed(members, version: version, isRelist: isSetBack)
            return membersChanged(at: now)
        case .failed(let failure): return relistCheck.failed(failure, &ids)
        }
    }

    // MARK: Deciding

    /// Decides, and begins what was decided.
    ///
    /// Only called in the settled phase.
    private mutating func evaluate(at now: MonotonicTime) -> [Effect] {
        guard view.listedVersion != nil else { return [] }
        if records.isInDoubt { return readRecord() }
        takeObserved(at: now)
        if records.mustConfirm(view.highestEpoch) { return readRecord() }
        let isHeld = policy.isObserving || isPaused(at: now)
        var rules = rules(records.record, at: now)
        rules.isHeld = isHeld
        let decision = rules.decide()
        if case .confirm = decision {} else { confirmation = nil }
        let effects = reportFinding(of: decision) + wake(at: orderDeadline(at: now))
        if isExhausted, !policy.isObserving, let more = refuseOrder() { return effects + more }
        if policy.isObserving || isExhausted { return effects + withhold(decision, at: now) }
        // What was announced is finished before another move, but never to a pod that is to be fenced.
        let isFirst = !decision.finishesSwitch || records.record?.order?.action.isSwitchover == false
        if isFirst, let more = carryOutOrder(at: now) ?? endPause(at: now) { return effects + more }
        if isHeld, !decision.finishesSwitch { return effects + withhold(decision, at: now) + recordCompletion() }
        notices.moveIsMade()
        return effects + carryOut(decision, at: now)
    }

    private mutating func takeObserved(at now: MonotonicTime) {
        records.takeObserved(at: now)
        recordChanged(at: now)
    }

    private mutating func carryOut(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        switch decision {
        case .keep(let keep): return self.keep(keep, at: now) + wake(at: keep.until) + recordCompletion()
        case .adopt(let active): return adopt(active)
        case .move(let move):
            guard decision.finishesSwitch, let order = records.announcedOrder else { return begin(move, at: now) }
            return finish(move, announcedFor: order, at: now)
        case .confirm(let members, let since, let deadline):
            return confirm(members, since: since, at: now) + wake(at: deadline)
        case .wait(let deadline, _): return demoteDeparted(at: now) + wake(at: deadline) + recordCompletion()
        }
    }

    /// Finishes a switch that an operator asked for; one that has to go to another member than he chose is none of his.
    private mutating func finish(_ move: Decision.Move, announcedFor order: Order, at now: MonotonicTime) -> [Effect] {
        guard let record = records.record, let target = move.target, !record.names(target) else {
            return begin(move, at: now, order: order)
        }
        let words = "the role could not go to \(record.holder?.name ?? "nobody"); it went to \(target.name)"
        return begin(move, at: now, order: order, refusing: words)
    }

    private mutating func keep(_ keep: Decision.Keep, at now: MonotonicTime) -> [Effect] {
        guard let epoch = records.record?.epoch else { return [] }
        let rules = rules(records.record, at: now)
        let effects = repairs.makePassive(keep.repairs, at: epoch, isDrift: rules.isDrift, now: now, &ids)
        let (more, until) = repairs.relabel(view.all, keeping: keep.active, at: epoch, now: now, &ids)
        return effects + more + demoteDeparted(at: now) + wake(at: until)
    }

    /// Who left the members and is still labelled active would be a second endpoint when it is selected again.
    ///
    /// After a start they are those that the record names.
    private mutating func demoteDeparted(at now: MonotonicTime) -> [Effect] {
        guard let record = records.record, !policy.isObserving else { return [] }
        let absent = records.firstHolders.filter { holder in !view.all.contains { $0.name == holder.name } }
        records.askedForFirstHolders()
        return repairs.demote(view.departed, and: absent, at: record.epoch, &ids)
    }

    /// Says once which move a paused group does not make.
    private mutating func withhold(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        let waking = wake(at: [decision.deadline, records.pauseEnd].compactMap(\.self).filter { now < $0 }.min())
        return waking + notices.withheld(decision, DecisionTrace(view: view, policy: policy))
    }

    private mutating func reportFinding(of decision: Decision) -> [Effect] {
        notices.found(decision.finding, DecisionTrace(view: view, policy: policy))
    }

    /// Asks each member once.
    private mutating func confirm(_ members: [Member], since: MonotonicTime, at now: MonotonicTime) -> [Effect] {
        var current = confirmation ?? Confirmation(since: now)
        defer { confirmation = current }
        return members.filter { current.ask($0.id) }.map {
            .probe($0.id, unlessSucceededSince: since)
        }
    }

    // MARK: Writing the record alone

    /// Writes a record that moves nothing.
    private mutating func write(_ next: GroupRecord, adopting active: Member? = nil) -> [Effect] {
        let id = ids.next()
        phase = .recording(id, adopting: active)
        return [.writeRecord(id, next, replacing: record?.version, urgency: .upkeep)]
    }

    /// Writes how the last move ended, if the record does not say so yet.
    private mutating func recordCompletion() -> [Effect] {
        guard case .settled = phase, let next = records.toldOfCompletion() else { return [] }
        return write(next)
    }

    /// Writes down who was found active; no pod is written.
    ///
    /// `withdrawing`: an announced move that is taken back.
    /// `fenced`: the pods that are fenced without it; nil: those on record.
    /// `answer`: to the request that it was to carry out.
    private mutating func adopt(
        _ active: Member,
        withdrawing announced: Epoch? = nil,
        fenced: Set<String>? = nil,
        answer: OrderAnswer? = nil
    ) -> [Effect] {
        if isExhausted { return [] }
        var adopted = successor(naming: active, .adopted, because: "found active")
        for epoch in [announced, announcedInVain].compactMap(\.self) {
            adopted.history.removeAll { $0.epoch == epoch }
            records.withdraw(epoch)
        }
        if let fenced { adopted.fenced = fenced }
        if let answer { adopted.answer(answer) }
        repairs.abandon()
        return write(adopted, adopting: active)
    }

    /// Carries out or answers what an operator asks for; nil if nothing is asked.
    private mutating func carryOutOrder(at now: MonotonicTime) -> [Effect]? {
        guard let record = records.record, let order = record.order else { return nil }
        // An order that was carried out is answered with the story of its move.
        if records.completion?.answer?.id == order.id { return recordCompletion() }
        if isLeftToItsAnnouncer(order, record, at: now) { return nil }
        switch orderRules(record, at: now).outcome(of: order) {
        case .move(let move, let base): return begin(move, at: now, on: base, order: order)
        case .waits: return nil
        case .answered(let next):
            if case .resume = order.action { suspension = nil }
            return write(next)
        }
    }

    /// No epoch is left for a switch; nil if nothing is asked.
    private mutating func refuseOrder() -> [Effect]? {
        guard var next = records.record, let order = next.order else { return nil }
        let words = "epoch \(next.epoch) is the last one, so that nothing can be moved any more"
        next.answer(OrderAnswer(id: order.id, outcome: .refused, explanation: words))
        return write(next)
    }

    /// Ends a pause whose time is over; nil if there is none.
    private mutating func endPause(at now: MonotonicTime) -> [Effect]? {
        guard let end = records.pauseEnd, var next = records.record, end <= now else { return nil }
        next.pause = nil
        return [.report(.pauseEnded)] + write(next)
    }

    // MARK: The switch

    /// Announces a move on the Lease.
    ///
    /// `base`: the record that the intent is made from; nil: the one that is known.
    /// `order`: the operator's order that the move carries out or, with `refusal`, takes the place of.
    /// `replaced`: a switch that was announced and lost its ground before anybody was demoted.
    private mutating func begin(
        _ move: Decision.Move,
        at now: MonotonicTime,
        on base: GroupRecord? = nil,
        order: Order? = nil,
        refusing refusal: String? = nil,
        insteadOf replaced: RoleSwitch? = nil
    ) -> [Effect] {
        if isExhausted { return [] }
        let id = ids.next()
        let from = view.actives
        let intent = intent(move, on: base, order: refusal == nil ? order : nil)
        if let announcedInVain { records.withdraw(announcedInVain) }
        if move.cause.isRepair { repairs.movedBack(at: now) }
        let ground = replaced.map(\.ground) ?? records.record
        if let replaced { records.withdraw(replaced.epoch) }
        let progress = RoleSwitch(
            move,
            under: ground,
            at: intent.epoch,
            for: order,
            refusing: refusal,
            leaving: from,
            as: id,
            now: now
        )
        repairs.abandon()
        phase = .switching(progress)
        let trace = DecisionTrace(view: view, policy: policy)
        return [
            .report(.moveStarted(from: from.map(\.name), to: move.target?.name, move.cause, trace)),
            .writeRecord(id, intent, replacing: record?.version, urgency: progress.urgency),
        ]
    }

    /// The intent is written, and the members are known as they are now.
    ///
    /// What was decided on older knowledge is decided again under the record that the intent replaced; a move that has
    /// lost its ground is taken back on the Lease before any pod is written.
    private mutating func membersConfirmed(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        let seen = max(view.highestEpoch ?? Epoch(0), records.observedEpoch ?? Epoch(0))
        if seen > progress.epoch { return stepBack() }
        return reconsidered(progress, at: now) ?? beginWriting(progress, at: now)
    }

    /// Decides again under the record that the intent replaced, as if it had not been announced: it must not count against
    /// itself.
    ///
    /// - Returns: what is done instead; nil: the switch is still right.
    private mutating func reconsidered(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect]? {
        if let order = progress.order, progress.refusal == nil, progress.move.cause != .unfinishedSwitch {
            if stillAsks(for: progress, order, at: now) { return nil }
            return withdraw(progress, at: now)
        }
        switch rulesBefore(progress, at: now).decide() {
        case .move(let move) where move.target?.id != progress.move.target?.id:
            phase = .settled
            return begin(move, at: now, insteadOf: progress)
        case .move, .wait, .confirm: return nil
        case .keep(let keep): return adopt(keep.active, withdrawing: progress.epoch, fenced: progress.ground?.fenced)
        case .adopt(let active): return adopt(active, withdrawing: progress.epoch, fenced: progress.ground?.fenced)
        }
    }

    /// Takes back a move of which no pod was written yet.
    private mutating func withdraw(
        _ progress: RoleSwitch,
        answer: OrderAnswer? = nil,
        at now: MonotonicTime
    ) -> [Effect] {
        phase = .settled
        guard view.actives.count == 1 else { return evaluate(at: now) }
        return adopt(
            view.actives[0],
            withdrawing: progress.epoch,
            fenced: progress.ground?.fenced,
            answer: answer
        )
    }

    private mutating func beginWriting(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        var progress = progress
        progress.beginWriting()
        return advance(progress, at: now)
    }

    /// Goes on with a switch as far as the acknowledged writes allow.
    private mutating func advance(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        guard progress.isWriting else { return [] }
        if progress.isSuperseded { return stepBack() }
        if !isTargetStillRight(progress) {
            phase = .settled
            return evaluate(at: now)
        }
        if let other = otherTarget(insteadOf: progress, at: now) {
            return changeTarget(of: progress, to: other, at: now)
        }
        if progress.isWithdrawable, progress.wasHeldUp || now.since(progress.startedAt) > patience {
            takeObserved(at: now)
            if let effects = hearRequest(beside: progress, at: now) ?? reconsidered(progress, at: now) {
                return effects
            }
        }
        var progress = progress
        var effects = progress.advance(in: surroundings, &ids, at: now)
        // A member may have shown a higher epoch before anything was written on it.
        if progress.isSuperseded { return effects + stepBack() }
        phase = .switching(progress)
        if progress.isComplete { return effects + complete(progress, at: now) }
        guard let (member, failure) = progress.obstacle else { return effects }
        if mayWithdraw(progress) { return effects + withdraw(progress, because: member, failure, at: now) }
        takeObserved(at: now)
        if let more = hearRequest(beside: progress, at: now) { return effects + more }
        effects += progress.reportObstacle()
        phase = .switching(progress)
        return effects + wake(at: progress.endOfPatience.flatMap { now < $0 ? $0 : nil })
    }

    /// While a switch waits, what an operator asks for besides is heard: what moves nothing is answered, and a move takes the
    /// place of this one.
    ///
    /// - Returns: nil: nothing is asked that could be answered now.
    private mutating func hearRequest(beside progress: RoleSwitch, at now: MonotonicTime) -> [Effect]? {
        guard let record = records.record, let order = record.order, order.id != progress.order?.id else { return nil }
        switch orderRules(record, at: now).outcome(of: order) {
        case .waits: return nil
        case .move(let move, let base):
            phase = .settled
            return begin(move, at: now, on: base, order: order, insteadOf: progress)
        case .answered(let next):
            if case .resume = order.action { suspension = nil }
            return write(next)
        }
    }

    /// A move that could as well not be made meets a pod that cannot be written: it costs no outage.
    private mutating func withdraw(
        _ progress: RoleSwitch,
        because member: Member,
        _ failure: OperationFailure,
        at now: MonotonicTime
    ) -> [Effect] {
        if member.id == progress.move.target?.id { view.promotionRefused(member.id, at: now) }
        records.withdrewVoluntaryMove(at: now)
        let words = "pod \(member.name) cannot be written: \(failure)"
        let answer = progress.order.map { OrderAnswer(id: $0.id, outcome: .refused, explanation: words) }
        return [.report(.moveWithdrawn(to: progress.move.target?.name, because: words))]
            + withdraw(progress, answer: answer, at: now)
    }

    /// The API server denies the promotion for good: the role goes to another.
    private mutating func changeTarget(
        of progress: RoleSwitch,
        to other: Member,
        at now: MonotonicTime
    ) -> [Effect] {
        guard let target = progress.move.target else { return [] }
        view.promotionRefused(target.id, at: now)
        let words = "pod \(target.name) cannot be written; the role went to \(other.name)"
        // What could as well not have been made is not tried again soon.
        if progress.move.cause.isVoluntary { records.withdrewVoluntaryMove(at: now) }
        phase = .settled
        let move = Decision.Move(target: other, cause: .targetRefused)
        return begin(move, at: now, order: progress.order, refusing: words)
    }

    private mutating func complete(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        phase = .settled
        let move = progress.completed(at: now)
        let entry = entry(of: move)
        records.completed(Completion(move: entry, answer: progress.answer(move, entry)), at: now)
        var effects = progress.reports(of: move)
        // A pod that was promoted against its verdict gets a chance to come to another one.
        if progress.move.isForced, let id = move.target?.id, view.health(of: id) == .unhealthy {
            effects.append(.forgetHealth(id))
            view.forgotHealth(of: id, at: now)
        }
        return effects + evaluate(at: now)
    }
}
