/// What is known of the cluster's nodes, and which of them no voluntary move leads to.
struct KnownNodes: Sendable, Hashable {
    /// As they were seen last.
    private(set) var conditions = NodeConditions()
    private var unfit = UnfitNodes()

    /// They are in these conditions; whether that is new.
    mutating func saw(_ conditions: NodeConditions, under drain: NodeDrain) -> Bool {
        guard conditions != self.conditions else { return false }
        self.conditions = conditions
        judge(under: drain)
        return true
    }

    /// What makes a node unfit may be something else than before.
    mutating func judge(under drain: NodeDrain) { unfit = UnfitNodes(conditions, under: drain) }

    /// Why a node is no place for the role; nil: it is one, or not known.
    func reason(against node: String?) -> UnfitNodes.Reason? { unfit.reason(against: node) }
}

/// The nodes that members run on.
extension MemberView {
    /// As they were seen last; nothing unless somebody asks.
    var nodes: NodeConditions { knownNodes?.conditions ?? NodeConditions() }

    /// The cluster's nodes are in these conditions; whether that is new.
    mutating func saw(_ nodes: NodeConditions, under drain: NodeDrain) -> Bool {
        var known = knownNodes ?? KnownNodes()
        guard known.saw(nodes, under: drain) else { return false }
        knownNodes = known
        return true
    }

    /// Why a member's node is no place for the role; nil: it is one, or not known.
    package func unfitness(of member: Member) -> UnfitNodes.Reason? { knownNodes?.reason(against: member.node) }

    /// The zone of a member's node, as the pod's own label says, or else the node's; nil: it is not known.
    package func zone(of member: Member) -> String? {
        member.zone ?? member.node.flatMap { knownNodes?.conditions.zones[$0] }
    }

    /// The member, with the zone of its node as far as that is known.
    func placed(_ member: Member) -> Member {
        var placed = member
        placed.zone = zone(of: member)
        return placed
    }
}
