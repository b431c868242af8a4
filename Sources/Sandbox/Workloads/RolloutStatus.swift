/// What a Deployment's status says of its rollout.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
struct RolloutStatus: Sendable {
    private let rollout: Rollout

    /// `rollout`: after its step, with the ReplicaSets as they were stored.
    init(_ rollout: Rollout) {
        self.rollout = rollout
    }

    /// The whole status; conditions that did not change keep their times.
    var value: JSONValue {
        var status = counts
        status["observedGeneration"] = rollout.deployment["metadata"]["generation"]
        status["collisionCount"] = before["collisionCount"]
        status["conditions"] = before["conditions"]
        status.setCondition("Available", available.status, reason: available.reason, message: available.message)
        if let (state, reason, message) = progress(status) {
            status.setCondition("Progressing", state, reason: reason, message: message)
        }
        return status
    }

    private var before: JSONValue { rollout.deployment["status"] }

    private var counts: JSONValue {
        var counts: JSONValue = ["terminatingReplicas": .int(sum("terminatingReplicas", rollout.all))]
        counts.setCount("replicas", sum("replicas", rollout.all))
        counts.setCount("updatedReplicas", rollout.new?["status"]["replicas"].int ?? 0)
        counts.setCount("readyReplicas", sum("readyReplicas", rollout.all))
        counts.setCount("availableReplicas", availableReplicas)
        let wanted = rollout.all.map(Rollout.replicas).reduce(0, +)
        counts.setCount("unavailableReplicas", max(0, wanted - availableReplicas))
        return counts
    }

    private var availableReplicas: Int { sum("availableReplicas", rollout.all) }

    private func sum(_ field: String, _ sets: [JSONValue]) -> Int {
        sets.reduce(0) { $0 + ($1["status"][field].int ?? 0) }
    }

    private var available: (status: String, reason: String, message: String) {
        availableReplicas >= rollout.limits.replicas - rollout.limits.maxUnavailable
            ? ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            : ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    }

    /// Nil: as it was.
    private func progress(_ status: JSONValue) -> (status: String, reason: String, message: String)? {
        if rollout.deployment["spec"]["paused"] == true {
            return ("Unknown", "DeploymentPaused", "Deployment is paused")
        }
        let set = "ReplicaSet \"\(rollout.new?["metadata"]["name"].string ?? "")\""
        if Self.isComplete(status, replicas: rollout.limits.replicas) {
            return ("True", "NewReplicaSetAvailable", set + " has successfully progressed.")
        }
        // A pod that is lost later, or a new size, is no new rollout.
        let isSettled = before.condition("Progressing")["reason"] == "NewReplicaSetAvailable"
        if isSettled, status["replicas"] == status["updatedReplicas"] { return nil }
        return ("True", "ReplicaSetUpdated", set + " is progressing.")
    }

    /// Whether every pod is one of the present template, and available.
    static func isComplete(_ status: JSONValue, replicas: Int) -> Bool {
        ["replicas", "updatedReplicas", "availableReplicas"].allSatisfy { (status[$0].int ?? 0) == replicas }
    }
}

extension JSONValue {
    /// A condition of a status; null if it has none of this type.
    func condition(_ type: String) -> JSONValue {
        self["conditions"].array?.first { $0["type"] == .string(type) } ?? .null
    }

    /// Sets a condition of a status: its times change with its status and with what it says.
    mutating func setCondition(_ type: String, _ status: String, reason: String, message: String) {
        let old = condition(type)
        var new: JSONValue = [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
            "lastUpdateTime": old["lastUpdateTime"], "lastTransitionTime": old["lastTransitionTime"],
        ]
        let now = Timestamp.seconds()
        if old["status"] != new["status"] { new["lastTransitionTime"] = now }
        if ["status", "reason", "message"].contains(where: { old[$0] != new[$0] }) { new["lastUpdateTime"] = now }
        let all = self["conditions"].array ?? []
        self["conditions"] = .array(old == .null ? all + [new] : all.map { $0 == old ? new : $0 })
    }
}
