import FailoverCore
import StandbyConfiguration

/// Which groups a replica probes while another leads them.
package enum StandbyProbes: String, Sendable, CaseIterable {
    /// Those that ask for the opinion of replicas, and those with a promotion gate: that a pod has stopped proves only who saw it.
    case auto
    /// Every group: a takeover knows at once how its members are.
    case all
    /// No group: nobody is asked, and a standby costs next to nothing.
    case none

    /// Whether a group is probed.
    func include(_ group: GroupConfiguration) -> Bool {
        switch self {
        case .auto:
            group.failover.secondOpinion?.sources.contains(.replica) ?? false || group.failover.promotionGate != nil
        case .all: true
        case .none: false
        }
    }
}
