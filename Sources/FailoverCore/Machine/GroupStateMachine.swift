/// Decides for one group: events in, ordered effects out.
///
/// It performs no I/O, reads no clock and uses no randomness; the same events give the same effects. It is
/// level-triggered: when nothing is outstanding it derives the decision from configuration, members, health, record and
/// time alone. What it knows is kept in `GroupKnowledge`; a `Situation` derives the decision from that; the phase shows
/// what it is doing.
package struct GroupStateMachine: Sendable, Hashable {
    private var known: GroupKnowledge
    private var outstanding = Outstanding()
    private var notices = StandingNotices()

    /// `identity`: the writer on its records; unique for each supervisor process, so that a restarted one has another.
    package init(policy: GroupPolicy, identity: String) {
        self.init(GroupKnowledge(policy: policy, identity: identity))
    }

    /// Begins with what is known already; nothing is outstanding.
    init(_ known: GroupKnowledge) {
        self.known = known
    }

    /// What the members are, and what probes say of them.
    package var view: MemberView { known.view }

    /// The configuration, with the fences of the record.
    package var policy: GroupPolicy { known.policy }

    /// The newest record known; nil before it was read, or if there is none.
    package var record: StoredRecord? { known.records.stored }

    /// The members whose label says active, by name.
    package var actives: [Member] { known.view.actives }

    /// What it wrote itself.
    var run: OwnRun { known.run }

    /// What it is doing.
    var phase: Outstanding.Phase { outstanding.phase }

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
        if isRelist, let listed = view.listedVersion, version < listed { return answered(outstanding.checkRelist()) }
        let wasServed = view.isServed
        known.observed(members, version: version, isRelist: isRelist)
        let effects = membersChanged(at: now)
        return answered(wasServed && !view.isServed ? effects + retryAll() : effects)
    }

    /// Probes say something else of a member than before, or were asked for.
    package mutating func memberProbed(_ id: Member.ID, _ evidence: HealthEvidence, at now: MonotonicTime) -> [Effect] {
        known.probed(id, evidence) ? answered(proceed(at: now)) : []
    }

    /// The configuration changed; no role moves because of that alone.
    package mutating func policyChanged(_ policy: GroupPolicy, at now: MonotonicTime) -> [Effect] {
        // A switch that was begun in one order is not continued in the other.
        if policy.order != self.policy.order, case .switching(let progress) = phase, progress.isWriting {
            outstanding.settle()
        }
        known.changed(policy)
        return answered(membersChanged(at: now))
    }

    /// The supervisor began to doubt its own probes: nothing moves because of them for a while.
    package mutating func automaticMovesSuspended(_ suspension: Suspension, at now: MonotonicTime) -> [Effect] {
        known.suspended(suspension)
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
        if known.saw(stored, isRelist: isRelist) {
            if case .settled = phase { return answered(readRecord()) }
            return []
        }
        guard known.records.isNewsSeen else { return [] }
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
        if outstanding.isWakeUp(id) { return answered(proceed(at: now)) }
        if case .backingOff(let awaited) = phase, awaited == id { return answered(readRecord()) }
        return answered(outstanding.retry(after: id))
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
            known.dropObserved()
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
        case .recording(let awaited, let adoption) where awaited == id:
            return answered(recordingEnded(outcome, adoption, at: now))
        case .switching(let progress) where progress.step == .intending(id):
            return answered(intentEnded(outcome, progress, at: now))
        case .initial, .readingRecord, .backingOff, .settled, .recording, .switching: return []
        }
    }

    private mutating func recordingEnded(
        _ outcome: RecordWriteOutcome,
        _ adoption: Adoption?,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            let answers = situation(at: now).answers(toldBy: stored.record)
            guard let active = adoption?.active else { return answers + recordKnown(stored, at: now) }
            known.wrote(stored, at: now)
            return answers + [.report(.adopted(active, stored.record.epoch))] + settle(at: now)
        case .notSent: return adoption.flatMap { goOn(with: $0, at: now) } ?? settle(at: now)
        case .conflict: return recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    /// A move that was taken back, with the refusal of its request, is not written yet: the request is not carried out
    /// anew meanwhile, and a move that is due takes the refusal with it; nil: it is decided anew.
    private mutating func goOn(with adoption: Adoption, at now: MonotonicTime) -> [Effect]? {
        let situation = situation(at: now)
        guard let answer = adoption.answer, let request = known.record?.request, request.id == answer.id else {
            return nil
        }
        if case .move(let move) = situation.decision {
            if situation.isHeld { return nil }
            let (from, words) = ([adoption.active.name], answer.explanation)
            return begin(situation.beginning(move, insteadOf: request, since: from, because: words), at: now)
        }
        return view.actives.map(\.id) == [adoption.active.id] ? adopt(adoption, at: now) : nil
    }

    private mutating func intentEnded(
        _ outcome: RecordWriteOutcome,
        _ progress: RoleSwitch,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            let answers = situation(at: now).answers(toldBy: stored.record)
            known.wrote(stored, at: now)
            outstanding.announced(progress, at: now)
            // The intent may have waited for the writes of other groups.
            return answers + (run.hasListed ? membersConfirmed(progress, at: now) : outstanding.list(for: progress))
        case .notSent: return settle(at: now)
        case .conflict: return [.report(.steppedBack)] + recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    private mutating func recordKnown(_ stored: StoredRecord?, at now: MonotonicTime) -> [Effect] {
        known.took(stored, at: now)
        return settle(at: now)
    }

    private mutating func recordConflicted() -> [Effect] {
        known.dropObserved()
        return readRecord()
    }

    // MARK: Answers about members

    /// The group's pods were listed consistently, for a switch or because a relist was in doubt.
    package mutating func membersListed(
        _ id: OperationID,
        _ outcome: MemberListOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if outstanding.isRelistCheck(id) { return answered(relistChecked(outcome, at: now)) }
        guard case .switching(let progress) = phase, progress.step == .listing(id) else { return [] }
        switch outcome {
        case .listed(let members, let version):
            known.listed(members, version: version, at: now)
            return answered(membersConfirmed(progress, at: now))
        case .failed(let failure): return answered(outstanding.listingFailed(failure, for: progress))
        }
    }

    private mutating func relistChecked(_ outcome: MemberListOutcome, at now: MonotonicTime) -> [Effect] {
        switch outcome {
        case .listed(let members, let version):
            outstanding.relistChecked()
            known.relisted(members, version: version)
            return membersChanged(at: now)
        case .failed(let failure): return outstanding.relistCheckFailed(failure)
        }
    }

    /// One pod was read.
    package mutating func memberRead(
        _ id: OperationID,
        _ outcome: MemberReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard outstanding.isAwaited(id) else { return [] }
        var outcome = outcome
        if case .found(let member) = outcome {
            outcome = .found(known.found(member))
            // Whoever was changed after the last listing may be a member again.
            let isNew = view.listedVersion.map { $0 < member.version } ?? true
            if isNew, outstanding.concernsDeparted(id) { outcome = .tooNew }
        }
        return answered(assignmentChanged(awaiting: id, at: now) { $0.read(outcome, ids: &$1, effects: &$2) })
    }

    /// A role was written, or was not.
    package mutating func roleWritten(
        _ id: OperationID,
        _ outcome: RoleWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard known.answered(id, outcome, at: now) else { return [] }
        return answered(
            assignmentChanged(awaiting: id, at: now) { $0.written(outcome, at: now, ids: &$1, effects: &$2) }
        )
    }

    /// The API server said what it would do with a write that is tried.
    package mutating func roleTried(_ id: OperationID, _ outcome: RoleTrialOutcome, at now: MonotonicTime) -> [Effect] {
        guard case .switching(var progress) = phase, progress.tried(id, outcome) else { return [] }
        if !situation(at: now).mayWithdraw(progress) { progress.disregardTrial() }
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
        let (effects, gone) = outstanding.changeAssignments(awaiting: id, change)
        for member in gone { known.removed(member) }
        let (more, ended) = outstanding.finishRepairs()
        for id in ended { known.forgetDeparted(id) }
        return effects + more + membersChanged(at: now)
    }

    // MARK: What the events have in common

    private func situation(at now: MonotonicTime) -> Situation {
        Situation(known: known, repairs: outstanding.budget, now: now)
    }

    private mutating func membersChanged(at now: MonotonicTime) -> [Effect] {
        known.look(at: now)
        outstanding.forgetReturned(view.all)
        return proceed(at: now)
    }

    /// Continues as far as is possible now.
    private mutating func proceed(at now: MonotonicTime) -> [Effect] {
        switch phase {
        case .initial, .readingRecord, .backingOff, .recording: []
        case .settled: evaluate(at: now)
        case .switching(let progress): advance(progress, at: now)
        }
    }

    private mutating func settle(at now: MonotonicTime) -> [Effect] {
        outstanding.settle()
        return evaluate(at: now)
    }

    private mutating func readRecord() -> [Effect] {
        known.beginReading()
        return outstanding.readRecord()
    }

    private mutating func stepBack() -> [Effect] { [.report(.steppedBack)] + readRecord() }

    /// Waits before the record is read again.
    private mutating func backOff(_ failure: OperationFailure, during action: String) -> [Effect] {
        let attempt = known.recordFailed()
        let report: [Effect] = attempt == 0 ? [.report(.operationFailed(action, failure))] : []
        return report + outstanding.backOff(attempt: attempt, atLeast: failure.retryAfter)
    }

    /// Tries now whatever waits for a retry.
    private mutating func retryAll() -> [Effect] {
        if case .backingOff = phase { return readRecord() }
        return outstanding.retryAll()
    }

    /// The last thing before effects go out: what is sent is noted, and while nobody is active no Retry-After keeps the group
    /// waiting for longer than `longestPauseInOutage`.
    private mutating func answered(_ effects: [Effect]) -> [Effect] {
        for case .writeRole(let id, let write) in effects { known.sent(id, write) }
        if view.isServed { return effects }
        return effects.map { effect in
            guard case .startBackoff(let id, let attempt, let pause) = effect else { return effect }
            return .startBackoff(id, attempt: attempt, atLeast: min(pause, Self.longestPauseInOutage))
        }
    }

    private static let longestPauseInOutage: Duration = .seconds(5)

    // MARK: Deciding

    /// Decides, and begins what was decided.
    ///
    /// Only called in the settled phase.
    private mutating func evaluate(at now: MonotonicTime) -> [Effect] {
        guard view.listedVersion != nil else { return [] }
        if known.records.isInDoubt { return readRecord() }
        known.takeObserved(at: now)
        if known.mustConfirmRecord() { return readRecord() }
        let situation = situation(at: now)
        let decision = situation.decision
        if case .confirm = decision {} else { known.awaitsNoProbes() }
        return notices.found(decision.finding, situation.trace) + outstanding.wake(at: situation.requestDeadline)
            + take(situation.nextStep(after: decision), at: now)
    }

    private mutating func take(_ step: NextStep, at now: MonotonicTime) -> [Effect] {
        switch step {
        case .carryOut(let decision):
            notices.moveIsMade()
            return carryOut(decision, at: now)
        case .withhold(let decision): return withhold(decision, at: now)
        case .decide: return settle(at: now)
        case .begin(let beginning): return begin(beginning, at: now)
        case .adopt(let adoption): return adopt(adoption, at: now)
        case .answer(let request, let next):
            if case .resume = request.action { known.suspended(nil) }
            return write(next, at: now)
        case .recordCompletion: return recordCompletion(at: now)
        case .endPause(let next): return [.report(.pauseEnded)] + write(next, at: now)
        }
    }

    private mutating func carryOut(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        switch decision {
        case .keep(let keep):
            return self.keep(keep, at: now) + outstanding.wake(at: keep.until) + recordCompletion(at: now)
        case .adopt(let active): return adopt(Adoption(active: active), at: now)
        case .move(let move): return begin(situation(at: now).beginning(move), at: now)
        case .confirm(let members, let since, let deadline):
            let asked = known.awaitProbes(of: members, at: now)
            return asked.map { .probe($0.id, unlessSucceededSince: since) } + outstanding.wake(at: deadline)
        case .wait(let deadline, _):
            return demoteDeparted() + outstanding.wake(at: deadline) + recordCompletion(at: now)
        }
    }

    private mutating func keep(_ keep: Decision.Keep, at now: MonotonicTime) -> [Effect] {
        guard let record = known.record else { return [] }
        return outstanding.repair(keep, under: record, in: situation(at: now)) + demoteDeparted()
    }

    /// Who left the members and is still labelled active would be a second endpoint when it is selected again.
    ///
    /// After a start they are those that the record names.
    private mutating func demoteDeparted() -> [Effect] {
        guard let record = known.record, !policy.isObserving else { return [] }
        return outstanding.demote(view.departed, and: known.absentFirstHolders(), at: record.epoch)
    }

    /// Reports once which move a paused group does not make.
    private mutating func withhold(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        let ends = [decision.deadline, known.records.pauseEnd].compactMap(\.self).filter { now < $0 }
        let situation = situation(at: now)
        let effects = outstanding.wake(at: ends.min()) + notices.withheld(decision, situation.trace)
        return policy.isObserving || situation.isExhausted ? effects : effects + recordCompletion(at: now)
    }

    // MARK: Writing the record alone

    /// Writes how the last move ended, if the record does not say so yet.
    private mutating func recordCompletion(at now: MonotonicTime) -> [Effect] {
        guard case .settled = phase, let next = known.records.toldOfCompletion() else { return [] }
        return write(next, at: now)
    }

    /// Writes a record that moves nothing; a move that is due waits for it, so that it has the urgency of that move.
    private mutating func write(_ next: GroupRecord, at now: MonotonicTime) -> [Effect] {
        outstanding.write(next, over: record, urgency: situation(at: now).urgencyOfAnswers)
    }

    /// Writes down who was found active; no pod is written.
    private mutating func adopt(_ adoption: Adoption, at now: MonotonicTime) -> [Effect] {
        outstanding.settle()
        let situation = situation(at: now)
        if situation.isExhausted { return [] }
        for epoch in situation.withdrawn(by: adoption) { known.withdraw(epoch) }
        outstanding.abandonRepairs()
        return outstanding.write(situation.record(of: adoption), over: record, adopting: adoption)
    }

    // MARK: The switch

    /// Announces a move on the Lease.
    private mutating func begin(_ beginning: Beginning, at now: MonotonicTime) -> [Effect] {
        outstanding.settle()
        let situation = situation(at: now)
        if situation.isExhausted { return [] }
        for epoch in [situation.announcedInVain, beginning.replaced?.epoch] {
            if let epoch { known.withdraw(epoch) }
        }
        return outstanding.begin(beginning, in: situation)
    }

    /// The intent is written, and the members are known as they are now.
    ///
    /// What was decided on older knowledge is decided again under the record that the intent replaced; a move that has
    /// lost its ground is taken back on the Lease before any pod is written.
    private mutating func membersConfirmed(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        let situation = situation(at: now)
        if situation.isSuperseded(progress) { return stepBack() }
        if let step = situation.stepInstead(of: progress) { return take(step, at: now) }
        var progress = progress
        progress.beginWriting()
        return advance(progress, at: now)
    }

    /// Goes on with a switch as far as the acknowledged writes allow.
    private mutating func advance(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        guard progress.isWriting else { return [] }
        let situation = situation(at: now)
        if progress.isSuperseded { return stepBack() }
        if !situation.isTargetStillRight(progress) { return settle(at: now) }
        if let other = situation.otherTarget(insteadOf: progress) {
            return changeTarget(of: progress, to: other, at: now)
        }
        if progress.isWithdrawable, progress.wasHeldUp || now.since(progress.startedAt) > situation.patience {
            known.takeObserved(at: now)
            let situation = self.situation(at: now)
            if let step = situation.request(beside: progress) ?? situation.stepInstead(of: progress) {
                return take(step, at: now)
            }
        }
        let (progress, effects) = outstanding.advance(progress, in: self.situation(at: now))
        // A member may have shown a higher epoch before anything was written on it.
        if progress.isSuperseded { return effects + stepBack() }
        outstanding.goOn(with: progress)
        return effects + (progress.isComplete ? complete(progress, at: now) : wait(for: progress, at: now))
    }

    /// A switch waits for a pod that cannot be written: it is withdrawn, another request is taken, or that is reported.
    private mutating func wait(for progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        guard let (member, failure) = progress.obstacle else { return [] }
        if situation(at: now).mayWithdraw(progress) { return withdraw(progress, because: member, failure, at: now) }
        known.takeObserved(at: now)
        if let step = situation(at: now).request(beside: progress) { return take(step, at: now) }
        var progress = progress
        let effects = progress.reportObstacle()
        outstanding.goOn(with: progress)
        return effects + outstanding.wake(at: progress.endOfPatience.flatMap { now < $0 ? $0 : nil })
    }

    /// A voluntary move meets a pod that cannot be written: it is withdrawn, so that it costs no outage.
    private mutating func withdraw(
        _ progress: RoleSwitch,
        because member: Member,
        _ failure: OperationFailure,
        at now: MonotonicTime
    ) -> [Effect] {
        if member.id == progress.move.target?.id { known.promotionRefused(member.id, at: now) }
        known.withdrewVoluntaryMove(at: now)
        let words = "pod \(member.name) cannot be written: \(failure)"
        let answer = progress.request.map { RequestAnswer(id: $0.id, outcome: .refused, explanation: words) }
        return [.report(.moveWithdrawn(to: progress.move.target?.name, because: words))]
            + take(situation(at: now).withdrawal(of: progress, answer: answer), at: now)
    }

    /// The API server denies the promotion for good: the role goes to another.
    private mutating func changeTarget(of progress: RoleSwitch, to other: Member, at now: MonotonicTime) -> [Effect] {
        guard let target = progress.move.target else { return [] }
        known.promotionRefused(target.id, at: now)
        // A voluntary move is not tried again soon.
        if progress.move.cause.isVoluntary { known.withdrewVoluntaryMove(at: now) }
        let words = "pod \(target.name) cannot be written; the role went to \(other.name)"
        let move = Decision.Move(target: other, cause: .targetRefused)
        let beginning = situation(at: now)
            .beginning(move, insteadOf: progress.request, since: progress.from.map(\.name), because: words)
        return begin(beginning, at: now)
    }

    private mutating func complete(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        let move = progress.completed(at: now)
        let entry = situation(at: now).entry(of: move)
        let answer = progress.answer(move, entry)
        known.completed(Completion(move: entry, answer: answer, request: progress.request), at: now)
        var effects = progress.reports(of: move)
        // A pod that was promoted against its verdict is probed anew for another one.
        if progress.move.isForced, let id = move.target?.id, view.health(of: id) == .unhealthy {
            effects.append(.forgetHealth(id))
            known.forgotHealth(of: id, at: now)
        }
        return effects + settle(at: now)
    }
}
