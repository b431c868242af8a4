/// Of which nodes it is known that they are not as they should be, by name.
///
/// A node that is in none of these sets is as it should be, or not known: that is no reason to leave it.
package struct NodeConditions: Sendable, Hashable {
    /// Cordoned (`spec.unschedulable`).
    package var unschedulable: Set<String>
    /// With a taint that says that the node is taken away.
    package var tainted: Set<String>
    /// Whose condition Ready is not True.
    package var notReady: Set<String>
    /// The zone of each node; empty unless somebody asks.
    package var zones: [String: String]

    /// No node, unless it is given.
    package init(
        unschedulable: Set<String> = [],
        tainted: Set<String> = [],
        notReady: Set<String> = [],
        zones: [String: String] = [:]
    ) {
        self.unschedulable = unschedulable
        self.tainted = tainted
        self.notReady = notReady
        self.zones = zones
    }
}

/// What makes a group leave a node before its pods are evicted.
package enum NodeDrain: String, Sendable, Hashable, CaseIterable {
    /// Nothing: the role moves when the pod terminates.
    case ignore = "Ignore"
    /// A taint of what takes nodes away.
    case taint = "Taint"
    /// Such a taint, or that the node is cordoned.
    case cordon = "Cordon"
}

/// Nodes to which no voluntary move leads, as a group's policy sees them.
package struct UnfitNodes: Sendable, Hashable {
    /// Why a node is none for the role.
    package enum Reason: Sendable, Hashable {
        /// It is being drained.
        case leaving
        /// Its condition Ready is not True.
        case notReady
    }

    private var leaving: Set<String> = []
    private var notReady: Set<String> = []

    /// No node.
    init() {}

    /// The nodes that `conditions` make unfit for a group with this policy.
    init(_ conditions: NodeConditions, under drain: NodeDrain) {
        switch drain {
        case .ignore: return
        case .taint: leaving = conditions.tainted
        case .cordon: leaving = conditions.tainted.union(conditions.unschedulable)
        }
        notReady = conditions.notReady
    }

    /// Why a node is unfit; nil: it is not, or not known.
    func reason(against node: String?) -> Reason? {
        guard let node else { return nil }
        if leaving.contains(node) { return .leaving }
        return notReady.contains(node) ? .notReady : nil
    }
}

extension UnfitNodes.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leaving: "its node is being drained"
        case .notReady: "its node is not Ready"
        }
    }
}
