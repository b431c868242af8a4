/// Asking candidates for their scores.
extension GroupStateMachine {
    /// A candidate answered, or could not be asked; what nobody waits for any more changes nothing.
    package mutating func scoreAnswered(
        _ id: OperationID,
        _ member: Member.ID,
        _ score: CandidateScore,
        at now: MonotonicTime
    ) -> [Effect] {
        known.heard(score, of: member, to: id, at: now) ? answered(membersChanged(at: now)) : []
    }
}

extension GroupKnowledge {
    /// Asks candidates for their scores, if it is time to.
    mutating func askScores(_ need: ScoreNeed?, _ ids: inout OperationIDs, at now: MonotonicTime) -> [Effect] {
        guard let need, let policy = policy.score else {
            view.forgetScores()
            return []
        }
        return view.askScores(need, under: policy, &ids, at: now)
    }

    /// A candidate answered.
    ///
    /// - Returns: whether a decision that is due waits for nobody else.
    mutating func heard(
        _ score: CandidateScore,
        of member: Member.ID,
        to id: OperationID,
        at now: MonotonicTime
    ) -> Bool {
        view.heard(score, of: member, to: id, at: now)
    }
}

extension Outstanding {
    /// Asks candidates for their scores, for a move that is due or for people, and looks again when it is time to.
    mutating func askScores(_ known: inout GroupKnowledge, at now: MonotonicTime) -> [Effect] {
        guard known.policy.score != nil else { return [] }
        // What has come, or has not come in time, counts before it is asked what is needed.
        let before = Situation(known: known, repairs: budget, now: now).scoreNeed
        let effects = known.askScores(before, &ids, at: now)
        guard let need = Situation(known: known, repairs: budget, now: now).scoreNeed else { return effects }
        let more = need == before ? [] : known.askScores(need, &ids, at: now)
        return effects + more + wake(at: known.view.scores?.nextLook(after: need))
    }
}
