/// Moves that rest on probes alone need the opinions that the policy asks for.
extension DecisionRules {
    /// The active member whose failure others are asked about; nil: it does not fail, or its failure moves nothing.
    var opinionSubject: Inquiry.Subject? {
        guard !isHeld, view.actives.count == 1, let active = view.actives.first,
            active.lifecycle == .running, active.hasAddress, !active.isExcluded, !policy.fenced.contains(active.name),
            endOfActivation(of: active) == nil, let since = failingSince(active)
        else { return nil }
        let evidence = Inquiry.Evidence(
            health: view.health(of: active.id),
            failingSince: view.evidence(of: active.id)?.failingSince,
            isReady: active.isReady
        )
        return Inquiry.Subject(member: active, since: since, evidence: evidence, isWanted: wantsOpinions(on: active))
    }

    /// Since when the active member fails, or gives no verdict; nil: it is healthy.
    func failingSince(_ active: Member) -> MonotonicTime? {
        switch view.health(of: active.id) {
        case .healthy: nil
        case .unhealthy: view.evidence(of: active.id)?.failingSince ?? view.evidence(of: active.id)?.healthSince
        case .unknown: view.silentSince(active.id)
        }
    }

    /// Whether the member would lose its role, now or after a delay; a member that is not on record is adopted first.
    private func wantsOpinions(on active: Member) -> Bool {
        guard let record, record.names(active), record.epoch >= view.highestEpoch ?? record.epoch else { return false }
        let hasCandidate = bestHealthyCandidate(leaving: active) != nil
        switch view.health(of: active.id) {
        case .healthy: return false
        case .unhealthy: return hasCandidate || policy.whenNoneHealthy == .demoteActive
        case .unknown: return hasCandidate && endOfSilence(of: active).map { $0 <= now } ?? false
        }
    }

    /// What is done instead of a move that rests on probes, because of others' opinions; nil: they do not hold it up.
    ///
    /// They do not hold up what the kubelet itself says, an active member that is not Ready yields as it does anyway; nor a move
    /// from a member that an operator took out of the choice.
    func withheldByOpinions(_ active: Member) -> Decision? {
        guard let policy = policy.secondOpinion, !isHeld, !active.isExcluded else { return nil }
        let (finding, until): (Decision.Finding?, MonotonicTime?)
        switch inquiry.verdict(on: active, under: policy, at: now) {
        case .agreed: return nil
        case .pending(let end): (finding, until) = (nil, end)
        case .disputed(let end): (finding, until) = (.disputed(active.name), end)
        case .unanswered(let end): (finding, until) = (.unanswered(active.name), end)
        }
        let other = moveFromNotReady(active)
        if case .move = other { return other }
        return stay(active, finding: finding, until: [until, other?.deadline].compactMap(\.self).min())
    }
}
