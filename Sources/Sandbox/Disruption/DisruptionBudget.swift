import Foundation

/// How many of the pods that a PodDisruptionBudget selects may go now.
///
/// https://kubernetes.io/docs/tasks/run-application/configure-pdb/
struct DisruptionBudget: Sendable {
    /// How long a pod that was evicted counts as gone before its deletion is seen.
    static let deletionTimeout: Duration = .seconds(120)

    private let budget: JSONValue
    private let pods: [JSONValue]
    /// What the owners of the pods ask for, in all; nil: somebody owns one who is not known.
    private let scale: Int?
    private let pace: Pace
    private let now: Date

    /// `budget`: the PodDisruptionBudget as stored; `pods`: those that it selects; `pace`: how fast the timeout passes.
    init(_ budget: JSONValue, pods: [JSONValue], scale: Int?, pace: Pace, now: Date = Date()) {
        self.budget = budget
        self.pods = pods
        self.scale = scale
        self.pace = pace
        self.now = now
    }

    /// The whole status.
    var status: JSONValue {
        guard let (expected, desired) = wanted else { return failedStatus }
        let disrupted = disruptedPods
        let healthy = pods.count { pod in
            pod["metadata"]["deletionTimestamp"] == .null && PodStatus.isReady(pod)
                && disrupted[pod["metadata"]["name"].string ?? ""] == nil
        }
        var status: JSONValue = [
            "observedGeneration": budget["metadata"]["generation"], "expectedPods": .int(expected),
            "desiredHealthy": .int(desired), "currentHealthy": .int(healthy),
            "disruptionsAllowed": .int(expected > 0 ? max(0, healthy - desired) : 0),
            "conditions": budget["status"]["conditions"],
        ]
        if !disrupted.isEmpty { status["disruptedPods"] = .object(disrupted) }
        Self.noteAllowance(&status)
        return status
    }

    /// When a pod that was evicted counts as gone no longer; nil if there is none.
    var nextLook: Duration? {
        disruptedPods.values.compactMap { Timestamp.date($0) }.min().map {
            .seconds($0.timeIntervalSince(now)) + pace(Self.deletionTimeout)
        }
    }

    /// Says whether a disruption is allowed, as the numbers of a status have it.
    static func noteAllowance(_ status: inout JSONValue) {
        let isAllowed = status["disruptionsAllowed"].int ?? 0 > 0
        let reason = isAllowed ? "SufficientPods" : "InsufficientPods"
        noteAllowance(&status, isAllowed, reason: reason, message: "")
    }

    private static func noteAllowance(_ status: inout JSONValue, _ isAllowed: Bool, reason: String, message: String) {
        let type = "DisruptionAllowed"
        let old = status.condition(type)
        let state: JSONValue = isAllowed ? "True" : "False"
        let time = old["status"] == state ? old["lastTransitionTime"] : Timestamp.seconds()
        let new: JSONValue = [
            "type": .string(type), "status": state, "reason": .string(reason), "message": .string(message),
            "observedGeneration": status["observedGeneration"], "lastTransitionTime": time,
        ]
        let others = (status["conditions"].array ?? []).filter { $0["type"] != .string(type) }
        status["conditions"] = .array(others + [new])
    }

    /// How many pods there should be, and how many of them healthy; nil if that cannot be known.
    private var wanted: (expected: Int, desired: Int)? {
        let (least, most) = (budget["spec"]["minAvailable"], budget["spec"]["maxUnavailable"])
        if let count = least.int { return (pods.count, count) }
        if least == .null, most == .null { return (0, 0) }
        guard let scale else { return nil }
        if let share = IntOrPercent.value(least, of: scale, roundsUp: true) { return (scale, share) }
        return (scale, max(0, scale - (IntOrPercent.value(most, of: scale, roundsUp: true) ?? 0)))
    }

    /// When it cannot be known how many there should be, none may go.
    private var failedStatus: JSONValue {
        var status = budget["status"].with("disruptionsAllowed", 0)
        let message = "found no controllers for pod"
        Self.noteAllowance(&status, false, reason: "SyncFailed", message: message)
        return status
    }

    /// The pods that were evicted, and whose deletion has not been seen yet.
    private var disruptedPods: [String: JSONValue] {
        let present = pods.filter { $0["metadata"]["deletionTimestamp"] == .null }
        let names = Set(present.compactMap { $0["metadata"]["name"].string })
        return (budget["status"]["disruptedPods"].object ?? [:]).filter { name, time in
            guard names.contains(name), let time = Timestamp.date(time) else { return false }
            return now.timeIntervalSince(time) < pace(Self.deletionTimeout) / .seconds(1)
        }
    }
}
