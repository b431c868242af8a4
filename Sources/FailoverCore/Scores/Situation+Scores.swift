/// A move to a candidate that is chosen by rank rests on scores that were asked for when it was due.
extension Situation {
    /// What is asked of candidates; nil: nothing is, for the policy says so, or another supervisor leads the group.
    var scorePolicy: ScorePolicy? { known.policy.isObserving ? nil : known.policy.score }

    /// What the rules say, once scores are known; `isWaiting`: whether what is still asked is waited for.
    func decision(awaitingScores isWaiting: Bool) -> Decision {
        guard let policy = scorePolicy else { return ownRules.decide() }
        let unscored = unscoredRules.decide()
        let candidates = scoredCandidates
        guard isChosenByRank(unscored), policy.asks(candidates) else { return unscored }
        let scored = scored(ownRules.decide())
        guard isWaiting, awaitsScores(of: candidates) else { return scored }
        // Probes that a move waits for are made meanwhile.
        if case .confirm = unscored { return unscored }
        let isFirst = known.view.scores?.decisive?.isEmpty ?? true
        return .score(until: known.view.scores?.deadline ?? now, finding: isFirst ? nil : scored.finding)
    }

    /// Whose scores are asked for, and what for; nil: nobody's.
    var scoreNeed: ScoreNeed? {
        guard let policy = scorePolicy else { return nil }
        let candidates = scoredCandidates
        var need = ScoreNeed(members: candidates)
        guard policy.asks(candidates) else { return need }
        let unscored = unscoredRules.decide()
        if isChosenByRank(unscored) {
            need.isDue = true
            need.isHeldUp = !awaitsScores(of: candidates) && !isChosenByRank(decision(awaitingScores: false))
            if case .move(let move) = unscored { need.isUrgent = !move.cause.isVoluntary }
            if case .confirm = unscored { need.isUrgent = true }
        } else if let request = known.record?.request, asksForRank(request) {
            need.isDue = true
        }
        return need
    }

    /// Whether a request waits for scores.
    func awaitsScores(for request: OperatorRequest) -> Bool {
        let candidates = scoredCandidates
        return scorePolicy.map { $0.asks(candidates) } ?? false && asksForRank(request) && awaitsScores(of: candidates)
    }

    /// The same beside a switch on its way, while which nobody is asked.
    func lacksScores(for request: OperatorRequest) -> Bool {
        scorePolicy != nil && known.view.scores?.decisive == nil && asksForRank(request)
    }

    /// The same of a move that takes the place of another, for which nobody had to be asked.
    func lacksScores(for move: Decision.Move) -> Bool {
        guard let policy = scorePolicy, known.view.scores?.decisive == nil else { return false }
        return isChosenByRank(move) && policy.asks(scoredCandidates)
    }

    private func awaitsScores(of candidates: [Member]) -> Bool { known.view.scores?.awaits(candidates) ?? true }

    /// The candidates that are healthy or, if none is, those that could be promoted all the same.
    private var scoredCandidates: [Member] {
        let rules = unscoredRules
        let healthy = rules.healthyCandidates.filter { $0.role != .active }
        return healthy.isEmpty ? rules.possibleMembers.filter { $0.role != .active } : healthy
    }

    /// The rules as if nobody had been asked.
    var unscoredRules: DecisionRules {
        var rules = ownRules
        rules.view = rules.view.unscored
        return rules
    }

    /// Whether a decision moves the role to a candidate that the rules chose, or is about to.
    private func isChosenByRank(_ decision: Decision) -> Bool {
        switch decision {
        case .confirm: true
        case .move(let move): isChosenByRank(move) && (!isHeld || decision.finishesSwitch)
        case .keep, .adopt, .wait, .score: false
        }
    }

    private func isChosenByRank(_ move: Decision.Move) -> Bool {
        guard let target = move.target, target.role != .active else { return false }
        return switch move.cause {
        case .noActive, .activeGone, .activeTerminating, .activeWithoutAddress, .activeUnhealthy, .activeUnknown,
            .activeNotReady, .preempted, .nodeDraining, .following, .fenced:
            true
        // Whoever was announced has been chosen.
        case .unfinishedSwitch: !(known.record?.names(target) ?? false)
        case .switchover, .labelledByHand, .multipleActive, .targetRefused, .labelLost, .other: false
        }
    }

    /// Whether an operator asks for a move, and leaves to the rules where to.
    private func asksForRank(_ request: OperatorRequest) -> Bool {
        switch request.action {
        case .switchover(nil, _), .fence: break
        case .switchover, .pause, .resume, .unfence, .unintelligible: return false
        }
        guard let record = known.record else { return false }
        var rules = requestRules(record)
        rules.rules.view = rules.rules.view.unscored
        guard case .move(let move, _) = rules.outcome(of: request), let target = move.target else { return false }
        return target.role != .active
    }

    /// What is decided, if scores leave nobody: that is another finding, and nobody is promoted who is not even healthy.
    private func scored(_ decision: Decision) -> Decision {
        switch decision {
        case .keep(var keep) where keep.finding == .noHealthyCandidate && hasRefused:
            keep.finding = .refusedByScore
            return .keep(keep)
        case .wait(let until, .noHealthyCandidate) where hasRefused:
            return .wait(until: until, finding: .refusedByScore)
        case .move(let move) where move.finding == .noHealthyCandidate && move.target != nil && hasRefusedHealthy:
            return .wait(until: nil, finding: .refusedByScore)
        case .keep, .adopt, .move, .confirm, .score, .wait: return decision
        }
    }

    private var hasRefused: Bool { scoredCandidates.contains { known.view.scores?.refusal(of: $0.id) != nil } }

    private var hasRefusedHealthy: Bool {
        unscoredRules.healthyCandidates.contains { known.view.scores?.refusal(of: $0.id) != nil }
    }
}

extension ScorePolicy {
    /// Whether these are asked: one alone only if its score could refuse it.
    fileprivate func asks(_ candidates: [Member]) -> Bool { candidates.count > 1 || mayRefuse && !candidates.isEmpty }
}
