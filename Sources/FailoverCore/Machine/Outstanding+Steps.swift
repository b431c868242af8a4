/// How steps that were decided begin.
extension Outstanding {
    /// Begins a step; `.decide` is the machine's own, and begins nothing.
    mutating func take(
        _ step: NextStep,
        _ known: inout GroupKnowledge,
        _ notices: inout StandingNotices,
        at now: MonotonicTime
    ) -> [Effect] {
        switch step {
        case .decide: return []
        case .carryOut(let decision):
            notices.moveIsMade()
            return carryOut(decision, &known, at: now)
        case .withhold(let decision): return withhold(decision, &known, &notices, at: now)
        case .begin(let beginning): return begin(beginning, &known, at: now)
        case .changeTarget(let progress, let other): return changeTarget(of: progress, to: other, &known, at: now)
        case .adopt(let adoption): return adopt(adoption, &known, at: now)
        case .answer(let request, let next):
            if case .resume = request.action { known.suspended(nil) }
            return write(next, known, at: now)
        case .endPause(let next): return write(next, known, at: now)
        }
    }

    private func situation(_ known: GroupKnowledge, at now: MonotonicTime) -> Situation {
        Situation(known: known, repairs: budget, now: now)
    }

    /// Decides in the light of all that is known, and asks whom the policy wants asked.
    ///
    /// - Returns: what is to be done, and what is said and asked beside it.
    mutating func decide(
        _ known: inout GroupKnowledge,
        _ notices: inout StandingNotices,
        at now: MonotonicTime
    ) -> (step: NextStep, effects: [Effect]) {
        if known.isFollowing { known.endVainFollowing(situation(known, at: now).unscoredRules) }
        let questions = known.ask(about: situation(known, at: now).opinionSubject, at: now)
        let scores = askScores(&known, at: now)
        let situation = situation(known, at: now)
        let decision = situation.decision
        switch decision {
        // A move that was confirmed is still so when the turn of its announcement comes.
        case .confirm, .score, .move: break
        case .keep, .adopt, .wait: known.awaitsNoProbes()
        }
        let effects = notices.found(decision.finding, situation.trace) + wake(at: situation.requestDeadline)
        return (situation.nextStep(after: decision), questions + scores + effects)
    }

    // MARK: Reading the record

    /// Reads the record.
    mutating func readRecord(_ known: inout GroupKnowledge) -> [Effect] {
        known.beginReading()
        return readRecord()
    }

    /// Waits before the record is read again.
    mutating func backOff(
        _ failure: OperationFailure,
        during action: String,
        _ known: inout GroupKnowledge
    ) -> [Effect] {
        let attempt = known.recordFailed()
        let report: [Effect] = attempt == 0 ? [.report(.operationFailed(action, failure))] : []
        return report + backOff(attempt: attempt, atLeast: failure.retryAfter)
    }

    // MARK: Decisions

    private mutating func carryOut(
        _ decision: Decision,
        _ known: inout GroupKnowledge,
        at now: MonotonicTime
    ) -> [Effect] {
        switch decision {
        case .keep(let keep):
            return self.keep(keep, &known, at: now) + wake(at: keep.until) + recordCompletion(known, at: now)
        case .adopt(let active): return adopt(Adoption(active: active), &known, at: now)
        case .move(let move): return begin(situation(known, at: now).beginning(move), &known, at: now)
        case .confirm(let members, let since, let deadline):
            let asked = known.awaitProbes(of: members, at: now)
            return asked.map { .probe($0.id, unlessSucceededSince: since) } + wake(at: deadline)
        case .score(let deadline, _): return wake(at: deadline)
        case .wait(let deadline, _):
            return clear(&known, at: now) + wake(at: deadline) + recordCompletion(known, at: now)
        }
    }

    private mutating func keep(
        _ keep: Decision.Keep,
        _ known: inout GroupKnowledge,
        at now: MonotonicTime
    ) -> [Effect] {
        guard let record = known.record else { return [] }
        if known.policy.ownsEndpoints { return keepEndpoints(of: keep.active, in: situation(known, at: now)) }
        return repair(keep, under: record, in: situation(known, at: now)) + demoteDeparted(&known)
    }

    /// Nobody gets traffic who is gone or left.
    private mutating func clear(_ known: inout GroupKnowledge, at now: MonotonicTime) -> [Effect] {
        known.policy.ownsEndpoints ? clearEndpoints(in: situation(known, at: now)) : demoteDeparted(&known)
    }

    /// Who left the members and is still labelled active would be a second endpoint when it is selected again.
    ///
    /// After a start they are those that the record names.
    private mutating func demoteDeparted(_ known: inout GroupKnowledge) -> [Effect] {
        guard let record = known.record, !known.policy.isObserving else { return [] }
        return demote(known.view.departed, and: known.absentFirstHolders(), at: record.epoch)
    }

    /// Reports once which move a group does not make that is paused or observed.
    private mutating func withhold(
        _ decision: Decision,
        _ known: inout GroupKnowledge,
        _ notices: inout StandingNotices,
        at now: MonotonicTime
    ) -> [Effect] {
        let ends = [decision.deadline, known.records.pauseEnd].compactMap(\.self).filter { now < $0 }
        let situation = situation(known, at: now)
        let reason = situation.withholding
        let effects = wake(at: ends.min()) + notices.withheld(decision, because: reason, situation.trace)
        if reason == .paused {
            // What a slice tells of is made, and on record before its hooks are run.
            if case .adopt(let active) = decision, situation.untoldMove(to: active) != nil {
                return effects + adopt(Adoption(active: active), &known, at: now)
            }
            return effects + keepUp(decision, &known, at: now) + recordCompletion(known, at: now)
        }
        return known.policy.isEnding || reason == .exhausted ? effects + recordCompletion(known, at: now) : effects
    }

    /// What Kubernetes goes on doing for the endpoints of a group of labels that is paused: addresses follow, who is gone is taken out.
    private mutating func keepUp(
        _ decision: Decision,
        _ known: inout GroupKnowledge,
        at now: MonotonicTime
    ) -> [Effect] {
        guard known.policy.ownsEndpoints else { return [] }
        switch decision {
        case .keep(let keep): return keepEndpoints(of: keep.active, in: situation(known, at: now))
        case .move, .wait: return clearEndpoints(in: situation(known, at: now))
        case .adopt, .confirm, .score: return []
        }
    }

    // MARK: Writing the record alone

    /// Writes how the last move ended, if the record does not say so yet.
    ///
    /// It waits until nothing is urgent, unless an operator waits for it; a move that is announced before that takes it along.
    mutating func recordCompletion(_ known: GroupKnowledge, at now: MonotonicTime) -> [Effect] {
        guard case .settled = phase, let next = known.records.toldOfCompletion() else { return [] }
        let completion = known.records.completion
        // That hooks were run may be told whenever there is time.
        if completion == nil, !known.records.isBehind { return write(next, known, at: now) }
        return write(next, known, urgency: completion?.answer != nil ? .voluntary : .completion, at: now)
    }

    /// Writes a record that moves nothing; a move that is due waits for it, so that it has the urgency of that move.
    private mutating func write(
        _ next: GroupRecord,
        _ known: GroupKnowledge,
        urgency: WriteUrgency = .upkeep,
        at now: MonotonicTime
    ) -> [Effect] {
        let due = situation(known, at: now).urgencyOfAnswers
        return write(next, over: known.records.stored, urgency: min(urgency, due))
    }

    /// Writes down who was found active; no pod is written.
    private mutating func adopt(_ adoption: Adoption, _ known: inout GroupKnowledge, at now: MonotonicTime) -> [Effect]
    {
        settle()
        let situation = situation(known, at: now)
        if situation.isExhausted { return [] }
        for epoch in situation.withdrawn(by: adoption) { known.withdraw(epoch) }
        abandonRepairs()
        return write(
            situation.record(of: adoption),
            over: known.records.stored,
            adopting: adoption,
            urgency: situation.urgencyOfAnswers
        )
    }

    // MARK: The switch

    /// Announces a move on the Lease.
    private mutating func begin(
        _ beginning: Beginning,
        _ known: inout GroupKnowledge,
        at now: MonotonicTime
    ) -> [Effect] {
        settle()
        let situation = situation(known, at: now)
        if situation.isExhausted { return [] }
        for epoch in [situation.announcedInVain, beginning.replaced?.epoch] {
            if let epoch { known.withdraw(epoch) }
        }
        let effects = situation.hooksLost(by: beginning) + begin(beginning, in: situation)
        if case .switching(let progress) = phase, progress.isUnannounced { known.beganUnannounced(at: progress.epoch) }
        return effects
    }

    /// The API server denies the promotion for good: the role goes to another.
    private mutating func changeTarget(
        of progress: RoleSwitch,
        to other: Member,
        _ known: inout GroupKnowledge,
        at now: MonotonicTime
    ) -> [Effect] {
        guard let target = progress.move.target else { return [] }
        known.promotionRefused(target.id, at: now)
        // A voluntary move is not tried again soon.
        if progress.move.cause.isVoluntary { known.withdrewVoluntaryMove(at: now) }
        let words = "pod \(target.name) cannot be written; the role went to \(other.name)"
        let move = Decision.Move(target: other, cause: .targetRefused)
        let beginning = situation(known, at: now)
            .beginning(move, insteadOf: progress.request, since: progress.from.map(\.name), because: words)
        return begin(beginning, &known, at: now)
    }
}
