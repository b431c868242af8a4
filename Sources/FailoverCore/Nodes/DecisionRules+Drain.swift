/// The rules about nodes that are being drained: the role leaves them before the eviction, and goes to none by a voluntary move.
///
/// A drain is an operator's wish with a deadline: it is held up by whatever holds up moves, but not by the cooldown. When the node is
/// as it was the role stays where it is.
extension DecisionRules {
    /// How long a move off a node waits that met a pod that cannot be written; doubling, as other voluntary moves do.
    private static let retrial: Duration = .seconds(30)

    /// The move off a node that is being drained; nil: it is not, nobody healthy and Ready is elsewhere, or the move is held up.
    func leaveNode(_ active: Member) -> Decision? {
        guard case .move(let move) = evacuation(of: active) else { return nil }
        return .move(move)
    }

    /// What holds up the move off a node that is being drained; nil: nothing, or there is none to make.
    func heldOnNode(_ active: Member) -> Decision? {
        guard view.unfitness(of: active) == .leaving else { return nil }
        guard let decision = evacuation(of: active) else { return nil }
        if case .move = decision { return nil }
        return decision
    }

    /// Says that a member stays on a node that is being drained, once it is known that nobody else is to take the role.
    func tellingOfDrain(_ decision: Decision) -> Decision {
        guard case .keep(var keep) = decision, keep.finding == nil, view.unfitness(of: keep.active) == .leaving,
            evacuation(of: keep.active) == nil
        else { return decision }
        if let end = endOfVerdictsElsewhere {
            keep.until = min(end, keep.until ?? end)
        } else {
            keep.finding = .drainWaiting(keep.active.name)
        }
        return .keep(keep)
    }

    /// Until when somebody who could take over from such a node may come to a verdict; nil: all have.
    private var endOfVerdictsElsewhere: MonotonicTime? {
        let others = view.all.filter { isCandidate($0) && view.unfitness(of: $0) == nil }
        let ends = others.compactMap { view.unknownSince($0.id) ?? view.evidence(of: $0.id)?.contradictedSince }
        return ends.max().map { $0 + policy.verdictWindow }.flatMap { now < $0 ? $0 : nil }
    }

    /// Whether the role would leave a member at once, were it active, because its node is being drained and another can take it.
    func wouldLeave(_ target: Member) -> Bool {
        view.unfitness(of: target) == .leaving && bestElsewhere(leaving: target) != nil
    }

    private func evacuation(of active: Member) -> Decision? {
        guard view.unfitness(of: active) == .leaving, let best = bestElsewhere(leaving: active) else { return nil }
        if let held = heldBack(active) { return held }
        // Who was denied before says nothing of another.
        if let end = moves.nextTrial(cooldown: Self.retrial, isDoubling: view.history.isRefused(best.id)), now < end {
            return stay(active, until: end)
        }
        return .move(.init(target: best, cause: .nodeDraining))
    }

    private func bestElsewhere(leaving active: Member) -> Member? {
        let candidates = healthyCandidates.filter { candidate in
            candidate.isReady && view.unfitness(of: candidate) == nil && !isContradicted(candidate)
        }
        return best(of: candidates, leaving: active)
    }
}
