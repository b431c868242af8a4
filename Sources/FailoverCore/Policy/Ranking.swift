/// The order of preference among members: rule 8.
///
/// Healthy first (before those whose last probes say otherwise), then priority, then the member that is active, then Ready, then the lowest ordinal, then the oldest,
/// then the name.
package struct Ranking: Sendable {
    private let view: MemberView

    package init(_ view: MemberView) {
        self.view = view
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
            view.evidence(of: member.id)?.isContradicted ?? false ? 1 : 0,
            -Int64(member.priority),
            member.role == .active ? 0 : 1,
            member.isReady ? 0 : 1,
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
