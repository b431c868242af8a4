/// What keeps a group from following another for now.
package enum FollowObstacle: Sendable, Hashable {
    /// The group has moved not long ago.
    case cooldown
    /// A voluntary move met a pod that cannot be written.
    case withdrawal
    /// The group moved too often.
    case flapping
    /// The supervisor doubts its own probes.
    case doubt
    /// No window for voluntary moves is open.
    case window
    /// The candidates at the place are not as good as the active pod: not Ready, on a node that goes, or with a probe that failed.
    case candidates
}

/// A set follows one of its groups: a voluntary move, once for each move of the set that was none to follow.
///
/// No two groups chase each other: who followed makes nobody follow, and does not go back by itself.
extension DecisionRules {
    /// What a wish to follow comes to.
    enum FollowStep {
        /// Somebody at the place may be promoted now.
        case move(Member)
        /// The group has to wait; nil: until something changes.
        case wait(FollowObstacle, until: MonotonicTime?)
    }

    /// The move after another group of the set, or the wait for it; nil: none is wished, or nobody can be promoted there now.
    func follow(_ active: Member) -> Decision? {
        switch followStep(of: active) {
        case .move(let target): .move(.init(target: target, cause: .following))
        case .wait(_, let until?): stay(active, until: until)
        case .wait(_, nil), nil: nil
        }
    }

    /// Nil: there is nothing to follow.
    func followStep(of active: Member) -> FollowStep? {
        guard let wish = wishToFollow else { return nil }
        let places = healthyCandidates(at: wish, besides: active).map { $0.filter { isFit($0, insteadOf: active) } }
        guard let best = places.first(where: { !$0.isEmpty }).flatMap(ranking.best) else {
            return .wait(.candidates, until: nil)
        }
        let cooldown = policy.cooldown
        let ends: [(obstacle: FollowObstacle, end: MonotonicTime?)] = [
            (.cooldown, moves.lastMove.map { $0 + cooldown }), (.withdrawal, moves.nextTrial(cooldown: cooldown)),
            (.flapping, holdEnd), (.doubt, suspension?.until),
        ]
        for (obstacle, end) in ends { if let end, now < end { return .wait(obstacle, until: end) } }
        if outsideWindow(active) != nil { return .wait(.window, until: policy.window?.until) }
        return .move(best)
    }

    /// Whether a wish to follow can still be carried out: the group has not moved since, is not there, and has a healthy candidate there.
    ///
    /// While it has not exactly one active member that is left open: it is about to move, which ends the wish.
    var canFollow: Bool {
        guard let wish = wishToFollow else { return false }
        guard view.actives.count == 1 else { return true }
        return healthyCandidates(at: wish, besides: view.actives[0]).contains { !$0.isEmpty }
    }

    private var wishToFollow: FollowWish? {
        guard let following = view.companions?.following, following.holds(at: record?.epoch) else { return nil }
        return following.wish
    }

    private func isFit(_ candidate: Member, insteadOf active: Member) -> Bool {
        (candidate.isReady || !active.isReady) && view.unfitness(of: candidate) == nil
            && !view.history.isRefused(candidate.id) && !(view.evidence(of: candidate.id)?.isContradicted ?? false)
    }

    /// Those on the node, then those in the zone; nobody where the active member is already.
    private func healthyCandidates(at wish: FollowWish, besides active: Member) -> [[Member]] {
        if let node = wish.node, active.node == node { return [] }
        let others = healthyCandidates.filter { $0.id != active.id }
        let onNode = wish.node.map { node in others.filter { $0.node == node } } ?? []
        guard let zone = wish.zone, view.zone(of: active) != zone else { return [onNode] }
        return [onNode, others.filter { view.zone(of: $0) == zone }]
    }
}

extension FollowObstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cooldown: "the cooldown"
        case .withdrawal: "another trial, for a pod could not be written"
        case .flapping: "the end of the hold, for the role moved too often"
        case .doubt: "probes that can be trusted"
        case .window: "a window of failover.preemptWindows"
        case .candidates: "a candidate there that is as fit as the active pod"
        }
    }
}
