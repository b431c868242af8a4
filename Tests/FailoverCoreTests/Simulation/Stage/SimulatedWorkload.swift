@testable import FailoverCore

/// The controller that a group's pods belong to.
enum SimulatedWorkload {
    /// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates
    case statefulSet(partition: Int)
    /// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
    case deployment(surge: Int, unavailable: Int)

    /// How often the role moves at most in one rolling update to which nothing else happens.
    ///
    /// `isLast`: whether the active pod is the one with the highest ordinal. Pods that go in the same moment are seen to go one
    /// after the other, so that each may have been chosen just before. `isPriced`: whether the active pod tells that it is to go last.
    /// `replicas`: if all of them may go at once, none of them goes last.
    func mostMoves(isLast: Bool, isPriced: Bool, replicas: Int) -> Int {
        switch self {
        case .statefulSet: isLast ? 2 : 1
        case .deployment(_, let unavailable) where isPriced && unavailable < replicas: 1
        case .deployment(let surge, let unavailable): surge > 0 && unavailable == 0 ? 1 : max(2, unavailable + 1)
        }
    }
}

/// A rolling update under way.
struct SimulatedRollout {
    /// Pods that the workload is to have.
    let replicas: Int
    /// Moves of the group before it.
    let movesBefore: Int
    /// How many it may cost; nil: other things happen, too.
    let mostMoves: Int?
}
