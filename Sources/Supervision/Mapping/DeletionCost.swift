import FailoverCore
import StandbyConfiguration

/// The annotation by which the controllers of ReplicaSets, and so of Deployments, decide which pods go first: those of the lower
/// value.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost
enum DeletionCost {
    /// An int32 as text; a pod without it counts as 0.
    static let annotation = "controller.kubernetes.io/pod-deletion-cost"

    /// What a pod of a role says.
    static func value(for role: Role) -> String {
        switch role {
        case .active: "1000"
        case .passive: "0"
        }
    }
}

extension PodMapping {
    /// The annotations that are written with a role: the epoch and, where the group asks for it, the cost of deletion.
    func annotations(for role: Role, at epoch: Epoch) -> [String: String?] {
        var values: [String: String?] = [epochAnnotation: "\(epoch)"]
        if group.failover.podDeletionCost { values[DeletionCost.annotation] = DeletionCost.value(for: role) }
        return values
    }

    /// Whether a pod's annotations say what its role asks for; of a pod without a role nothing is asked.
    func deletionCost(_ annotations: [String: String], as role: Role?) -> Member.DeletionCost {
        guard group.failover.podDeletionCost, let role else { return .unasked }
        return annotations[DeletionCost.annotation] == DeletionCost.value(for: role) ? .told : .due
    }
}
