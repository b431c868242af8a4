/// Decides for one group: events in, ordered effects out.
///
/// It performs no I/O, reads no clock and uses no randomness; the same events give the same effects. It is
/// level-triggered: when nothing is outstanding it derives the decision from configuration, members, health, record and
/// time alone. What it knows is kept in `GroupKnowledge`; a `Situation` derives the decision from that; the phase shows
/// what it is doing.
package struct GroupStateMachine: Sendable, Hashable {
    /// What came in so far, and what follows from it.
    var known: GroupKnowledge
    /// What is under way, and what is waited for.
    var outstanding = Outstanding()
    private var notices = StandingNotices()
    /// Whether the API server was granted a long wait, which may not be over.
    private var isPatient = false

    /// A machine to which nothing has come yet.
    ///
    /// `identity`: the writer on its records; unique for each supervisor process, so that a restarted one has another.
    /// `mark`: drawn at random for each machine, so that none takes another's announcement for its own.
    package init(policy: GroupPolicy, identity: String, mark: UInt64) {
        self.init(GroupKnowledge(policy: policy, identity: identity, mark: mark))
    }

    /// Begins with what is known already; nothing is outstanding.
    init(_ known: GroupKnowledge) {
        self.known = known
    }

    /// What it is doing.
    var phase: Outstanding.Phase { outstanding.phase }

    // MARK: Events about the world

    /// The group begins to be supervised: its record is read.
    package mutating func started() -> [Effect] {
        guard case .initial = phase else { return [] }
        return outstanding.readRecord(&known)
    }

    /// The informer shows the group's pods as of `version`.
    ///
    /// `isRelist`: whether the source started anew, so that an older version may mean a server that was set back.
    /// `stopped`: pods that were deleted meanwhile, and that were seen before that with no container that runs.
    package mutating func membersObserved(
        _ members: [Member],
        version: ObjectVersion,
        isRelist: Bool = false,
        stopped: [Member.ID] = [],
        at now: MonotonicTime
    ) -> [Effect] {
        if isRelist, let listed = view.listedVersion, version < listed { return answered(outstanding.checkRelist()) }
        let wasServed = view.isServed
        known.observed(members, version: version, isRelist: isRelist, stopped: stopped)
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
        // What was announced by another policy is not gone on with before it is decided anew.
        outstanding.doubtful = nil
        known.changed(policy)
        return answered(membersChanged(at: now))
    }

    /// Nodes are cordoned, taken away or not Ready, or not any more.
    package mutating func nodesObserved(_ nodes: NodeConditions, at now: MonotonicTime) -> [Effect] {
        known.saw(nodes) ? answered(proceed(at: now)) : []
    }

    /// The supervisor began to doubt its own probes: nothing moves because of them for a while.
    package mutating func automaticMovesSuspended(_ suspension: Suspension, at now: MonotonicTime) -> [Effect] {
        known.suspended(suspension)
        return answered(proceed(at: now))
    }

    /// Nobody heard what was reported so far: what still holds is reported again.
    package mutating func reportAnew() {
        notices = StandingNotices()
    }

    /// Standbys gave their opinions, of `standbys` that could.
    package mutating func opinionsHeard(_ heard: [OpinionAnswer], standbys: Int, at now: MonotonicTime) -> [Effect] {
        known.heard(heard, standbys: standbys, at: now) ? answered(proceed(at: now)) : []
    }

    /// The API server answers again: whatever waits for a retry is tried now.
    package mutating func connectionRestored(at now: MonotonicTime) -> [Effect] {
        answered(outstanding.retryDeletions { _ in true } ? retryAll() + proceed(at: now) : retryAll())
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
            if case .settled = phase { return answered(outstanding.readRecord(&known)) }
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
        if case .backingOff(let awaited) = phase, awaited == id { return answered(outstanding.readRecord(&known)) }
        if resumeHook(after: id) { return answered([]) }
        if outstanding.retryDeletions(where: { $0 == id }) { return answered(proceed(at: now)) }
        return answered(outstanding.retry(after: id))
    }

    /// The turn of a write of the Lease or of a role has come.
    ///
    /// - Returns: whether it is to be sent; if not, it is answered with `notSent`, for its reason is gone or something else goes first.
    package mutating func turnCame(_ id: OperationID, at now: MonotonicTime) -> Bool {
        if outstanding.isWaiting(id) { return policy.mayRecord && outstanding.turnCame(over: known.records.stored) }
        if known.records.hooks?.isRunning(id) ?? false { return isHookWanted(id) }
        switch phase {
        case .recording(let awaited, _) where awaited == id: return true
        case .switching(let progress) where progress.isAnnounced(by: id): return isStillDecided(progress, at: now)
        case .switching(let progress) where progress.isUnannounced && progress.awaits(id):
            return isStillRight(progress, at: now)
        case .initial, .readingRecord, .backingOff, .settled, .recording, .switching: return outstanding.isAwaited(id)
        }
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
        case .found(let stored):
            if let progress = outstanding.takeAnnounced(by: stored, over: known.records.stored) {
                return answered(announced(progress, by: stored, at: now))
            }
            return answered(recordKnown(stored, at: now))
        case .absent:
            known.dropObserved()
            return answered(recordKnown(nil, at: now))
        case .failed(let failure): return answered(outstanding.backOff(failure, during: "reading the record", &known))
        }
    }

    /// The Lease was written, or was not.
    package mutating func recordWritten(
        _ id: OperationID,
        _ outcome: RecordWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if outstanding.isWaiting(id), outcome == .notSent || !outstanding.turnCame(over: known.records.stored) {
            outstanding.turnPassed()
            return answered(proceed(at: now))
        }
        switch phase {
        case .recording(let awaited, let adoption) where awaited == id:
            return answered(recordingEnded(outcome, adoption, at: now))
        case .switching(let progress) where progress.isAnnounced(by: id):
            return answered(intentEnded(id, outcome, progress, at: now))
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
        case .notSent: return take(adoption.flatMap { situation(at: now).stepAfterDelay(of: $0) } ?? .decide, at: now)
        case .conflict: return recordConflicted()
        case .failed(let failure): return outstanding.backOff(failure, during: "writing the record", &known)
        }
    }

    private mutating func intentEnded(
        _ id: OperationID,
        _ outcome: RecordWriteOutcome,
        _ progress: RoleSwitch,
        at now: MonotonicTime
    ) -> [Effect] {
        // What was asked for this move confirms no later one.
        if outcome != .notSent { known.awaitsNoProbes() }
        switch outcome {
        case .written(let stored): return announced(progress, by: stored, at: now)
        case .notSent: return settle(at: now)
        case .conflict:
            // Something on the way may have sent it twice, or an earlier one was late.
            outstanding.doubt(progress, as: known.attempt(id), over: known.records.stored)
            return [.report(.steppedBack)] + recordConflicted()
        case .failed(let failure):
            outstanding.doubt(progress, as: known.attempt(id), over: known.records.stored)
            return outstanding.backOff(failure, during: "writing the record", &known)
        }
    }

    /// The record is known as it is now, or that there is none.
    mutating func recordKnown(_ stored: StoredRecord?, at now: MonotonicTime) -> [Effect] {
        known.took(stored, at: now)
        return settle(at: now)
    }

    private mutating func recordConflicted() -> [Effect] {
        known.dropObserved()
        return outstanding.readRecord(&known)
    }

    // MARK: Answers about members

    /// The group's pods were listed consistently, for a switch or because a relist was in doubt.
    package mutating func membersListed(
        _ id: OperationID,
        _ outcome: MemberListOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if outstanding.isRelistCheck(id) { return answered(relistChecked(outcome, at: now)) }
        guard case .switching(let progress) = phase, progress.isListing(by: id) else { return [] }
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
            outstanding.membersListed(view)
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
        if let pod = outstanding.looked(id, outcome, at: now) {
            known.looked(at: pod, outcome)
            return answered(membersChanged(at: now))
        }
        guard outstanding.isAwaited(id) else { return [] }
        if outstanding.lookedUp(id, outcome) { return answered(membersChanged(at: now)) }
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

    /// What decisions are made from now.
    func situation(at now: MonotonicTime) -> Situation {
        Situation(known: known, repairs: outstanding.budget, now: now)
    }

    /// What is known of the members has changed.
    mutating func membersChanged(at now: MonotonicTime) -> [Effect] {
        known.look(at: now)
        outstanding.forgetReturned(view.all)
        return proceed(at: now)
    }

    /// Continues as far as is possible now.
    mutating func proceed(at now: MonotonicTime) -> [Effect] {
        switch phase {
        case .initial, .readingRecord, .backingOff, .recording: []
        case .settled: evaluate(at: now)
        case .switching(let progress): advance(progress, at: now)
        }
    }

    /// Nothing of the record or of a switch is outstanding any more: it is decided anew.
    mutating func settle(at now: MonotonicTime) -> [Effect] {
        outstanding.settle()
        return evaluate(at: now)
    }

    /// Another supervisor acts: what it wrote is read.
    mutating func stepBack() -> [Effect] { [.report(.steppedBack)] + outstanding.readRecord(&known) }

    /// Whatever waits for a retry is tried now.
    mutating func retryAll() -> [Effect] {
        if case .backingOff = phase { return outstanding.readRecord(&known) }
        return outstanding.retryAll()
    }

    /// The last thing before effects go out: what is sent is noted, and hooks are run that are due by what is known now.
    mutating func answered(_ effects: [Effect]) -> [Effect] {
        for case .writeRole(let id, let write) in effects { known.sent(id, write) }
        let all = effects + runHooks()
        if !isUrgent {
            isPatient = isPatient || all.contains(where: \.isLongPause)
            return all
        }
        defer { isPatient = false }
        // What was granted while nothing was urgent is over.
        return (isPatient ? all + retryAll() : all).map(\.soon)
    }

    // MARK: Deciding

    /// Decides, and begins what was decided; only called in the settled phase.
    private mutating func evaluate(at now: MonotonicTime) -> [Effect] {
        guard known.isComplete else { return tellOfMoves(at: now) }
        if known.mustReadRecord(at: now) { return outstanding.readRecord(&known) }
        let (step, effects) = outstanding.decide(&known, &notices, at: now)
        return effects + take(step, at: now)
    }

    /// What is told of moves that are made needs no knowledge of anything else.
    private mutating func tellOfMoves(at now: MonotonicTime) -> [Effect] {
        policy.mayRecord && isRecordBehind ? outstanding.recordCompletion(known, at: now) : []
    }

    /// Begins what is to be done next.
    mutating func take(_ step: NextStep, at now: MonotonicTime) -> [Effect] {
        if case .decide = step { return settle(at: now) }
        return outstanding.take(step, &known, &notices, at: now) + beginUnannounced(at: now)
    }
}
