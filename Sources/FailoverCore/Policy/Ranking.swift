/// The order of preference among members: rule 8.
///
/// Healthy first (before those whose last results say otherwise, and those that the API server lets nobody promote), then Ready, then those whose node stays, then priority, then the member that is active,
/// then the newer revision, then another node than that of the member that the role leaves, then another zone, then near the groups of its set and
/// not near those that it stays apart from, then the lowest ordinal, then the oldest, then the name. So a rolling update moves the role as seldom as can be.
/// Of those that are equal up to the ordinal, the one with the better score goes first.
package struct Ranking: Sendable {
    private let view: MemberView
    private let newestRevision: String?
    private let left: Member?

    /// `left`: the member that the role is to leave; nil if there is none.
    package init(_ view: MemberView, leaving left: Member? = nil) {
        self.view = view
        self.left = left
        newestRevision = view.newestRevision
    }

    /// The best of `members`; nil if there is none.
    package func best(of members: some Sequence<Member>) -> Member? {
        members.min(by: precedes)
    }

    /// Whether `left` is to be preferred to `right`.
    package func precedes(_ left: Member, _ right: Member) -> Bool {
        let (leftKey, rightKey) = (key(of: left), key(of: right))
        if leftKey != rightKey { return leftKey.lexicographicallyPrecedes(rightKey) }
        return (left.name, left.id.uid) < (right.name, right.id.uid)
    }

    /// Lower is better, field by field.
    private func key(of member: Member) -> [Int64] {
        [
            healthRank(view.health(of: member.id)),
            view.history.isRefused(member.id) ? 1 : 0,
            view.evidence(of: member.id)?.isContradicted ?? false ? 1 : 0,
            member.isReady ? 0 : 1,
            view.unfitness(of: member) == nil ? 0 : 1,
            -Int64(member.priority),
            member.role == .active ? 0 : 1,
            newestRevision == nil || member.revision == newestRevision ? 0 : 1,
            left?.node != nil && member.node == left?.node ? 1 : 0,
            left?.zone != nil && member.zone == left?.zone ? 1 : 0,
            view.companionRank(of: member),
            view.scoreRank(of: member.id),
            Int64(member.ordinal ?? Int.max),
            member.createdAt,
        ]
    }

    private func healthRank(_ health: Health) -> Int64 {
        switch health {
        case .healthy: 0
        case .unknown: 1
        case .unhealthy: 2
        }
    }
}
