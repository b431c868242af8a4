/// How far a Deployment's rolling update may go in one step, in numbers of pods.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
struct RollingUpdate: Sendable {
    /// The size of one ReplicaSet.
    struct Size: Sendable, Hashable {
        /// What is asked for.
        var replicas: Int
        /// What its status says.
        var available: Int
    }

    /// What is asked for of the Deployment.
    let replicas: Int
    /// How many pods there may be beyond that.
    let maxSurge: Int
    /// How many of them may be missing.
    let maxUnavailable: Int

    /// Reads the limits of a Deployment; shares of the surge are rounded up, those of what may be missing down, and one
    /// of the two is never 0.
    init(_ deployment: JSONValue) {
        replicas = deployment["spec"]["replicas"].int ?? 1
        let limits = deployment["spec"]["strategy"]["rollingUpdate"]
        guard deployment["spec"]["strategy"]["type"] != "Recreate" else {
            (maxSurge, maxUnavailable) = (0, 0)
            return
        }
        maxSurge = IntOrPercent.value(limits["maxSurge"], of: replicas, roundsUp: true) ?? 0
        let missing = IntOrPercent.value(limits["maxUnavailable"], of: replicas, roundsUp: false) ?? 0
        maxUnavailable = min(maxSurge == 0 && missing == 0 ? 1 : missing, replicas)
    }

    /// The least number of pods that must be available.
    private var minAvailable: Int { replicas - maxUnavailable }

    /// How many pods the new ReplicaSet is to have; `old`: those of all earlier ones.
    func newReplicas(_ new: Int, old: Int) -> Int {
        if new >= replicas { return replicas }
        let room = replicas + maxSurge - (new + old)
        return room <= 0 ? new : new + min(room, replicas - new)
    }

    /// How many pods each of the earlier ReplicaSets is to have, the oldest of them first.
    ///
    /// What is unhealthy goes first, for it is missed by nobody; then as many as the new ones make up for.
    func oldReplicas(_ old: [Size], new: Size) -> [Int] {
        var left = old.map(\.replicas)
        let all = left.reduce(new.replicas, +)
        // Those of the new ones that are not available yet make up for nothing.
        let limit = all - minAvailable - (new.replicas - new.available)
        if limit <= 0 { return left }
        Self.take(limit, from: &left) { max(0, old[$0].replicas - old[$0].available) }
        let available = old.reduce(new.available) { $0 + $1.available }
        Self.take(available - minAvailable, from: &left) { left, index in left[index] }
        return left
    }

    private static func take(_ count: Int, from left: inout [Int], atMost limit: (Int) -> Int) {
        take(count, from: &left) { _, index in limit(index) }
    }

    private static func take(_ count: Int, from left: inout [Int], atMost limit: ([Int], Int) -> Int) {
        var count = count
        for index in left.indices where count > 0 {
            let taken = min(count, limit(left, index))
            left[index] -= taken
            count -= taken
        }
    }
}
