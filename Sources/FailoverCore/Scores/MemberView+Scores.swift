/// What members say of themselves when they are asked for their scores.
extension MemberView {
    /// Whether the member may be promoted now, its score considered; the active one is not asked for any.
    package func candidacy(of member: Member, under policy: GroupPolicy) -> Candidacy {
        let candidacy = Candidacy(of: member, under: policy)
        guard candidacy == .candidate, member.role != .active, let refusal = scores?.refusal(of: member.id) else {
            return candidacy
        }
        return .refused(refusal)
    }

    /// The place of a member among those that are otherwise equal; 0 for all while no score decides.
    func scoreRank(of id: Member.ID) -> Int64 { scores?.rank(of: id) ?? 0 }

    /// The score that counts for the decision that is due; nil: none does.
    func decisiveScore(of id: Member.ID) -> CandidateScore? { scores?.decisive?[id] }

    /// The same, as if nobody had been asked.
    var unscored: MemberView {
        var view = self
        view.scores = scores?.unasked
        return view
    }

    /// The same, as if the last answers decided.
    func scored(at now: MonotonicTime) -> MemberView {
        guard let scores else { return self }
        var view = self
        view.scores = scores.asSeen(at: now)
        return view
    }

    /// The same, as it is told: of whom was not asked nothing is known.
    var told: MemberView {
        var view = self
        view.scores = scores?.trustingUnasked
        return view
    }

    /// Asks these for their scores, if it is time to.
    mutating func askScores(
        _ need: ScoreNeed,
        under policy: ScorePolicy,
        _ ids: inout OperationIDs,
        at now: MonotonicTime
    ) -> [Effect] {
        var board = scores.flatMap { $0.policy == policy ? $0 : nil } ?? ScoreBoard(policy)
        defer { scores = board }
        return board.follow(need, &ids, at: now)
    }

    /// A member answered.
    mutating func heard(
        _ score: CandidateScore,
        of member: Member.ID,
        to id: OperationID,
        at now: MonotonicTime
    ) -> Bool {
        guard var board = scores else { return false }
        defer { scores = board }
        return board.heard(score, of: member, to: id, at: now)
    }

    /// Nobody is asked any more, or something else is.
    mutating func forgetScores() {
        if scores != nil { scores = nil }
    }
}
