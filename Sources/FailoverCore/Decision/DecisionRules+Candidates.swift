/// Who may get the role.
extension DecisionRules {
    /// The candidates or, if there are none, those that are refused only because they cannot be probed.
    var possibleMembers: [Member] {
        let candidates = view.all.filter { Candidacy(of: $0, under: policy) == .candidate }
        // Whom its score refuses is not replaced by one that gives none at all.
        let possible =
            candidates.isEmpty ? view.all.filter { Candidacy(of: $0, under: policy).isLastResort } : candidates
        return possible.filter { view.scores?.refusal(of: $0.id) == nil }
    }

    /// By rule 1 and its score alone, whatever its health.
    func isCandidate(_ member: Member) -> Bool {
        view.candidacy(of: member, under: policy) == .candidate
    }

    /// By name, not by rank.
    var healthyCandidates: [Member] {
        view.all.filter { isCandidate($0) && view.health(of: $0.id) == .healthy }
    }

    /// `left`: the member that the role is to leave, for none that the API server has just denied; nil if there is none.
    func bestHealthyCandidate(leaving left: Member? = nil) -> Member? {
        let candidates = healthyCandidates.filter { left == nil || !view.history.isRefused($0.id) }
        return best(of: candidates, leaving: left)
    }

    /// Whom another supervisor has announced, but not without an endpoint or on a node that goes while the best by rank is; else that one.
    func best(of candidates: [Member], leaving left: Member?) -> Member? {
        guard let best = Ranking(view, leaving: left).best(of: candidates) else { return nil }
        let announced = candidates.first { candidate in
            isAnnounced(candidate) && (candidate.isReady || !best.isReady)
                && (view.unfitness(of: candidate) == nil || view.unfitness(of: best) != nil)
        }
        return announced ?? best
    }

    /// Whether another supervisor has announced a move to it a short time ago, and may be making that just now: with another target the
    /// role would move twice.
    private func isAnnounced(_ candidate: Member) -> Bool {
        guard let record, record.isOnlyAnnounced(view.actives), !isContradicted(candidate) else { return false }
        // Whom this supervisor has announced over that since stays, however late it is.
        if let chosen, record.writer != identity { return candidate.id == chosen }
        return record.names(candidate) && endOfPatience != nil
    }

    /// Whether its last probe speaks against its verdict.
    func isContradicted(_ member: Member) -> Bool { view.evidence(of: member.id)?.isContradicted ?? false }
}
