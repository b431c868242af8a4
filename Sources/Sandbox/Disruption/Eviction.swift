/// Takes a pod away if its PodDisruptionBudget allows it.
///
/// https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
struct Eviction: Sendable {
    /// Where pods and PodDisruptionBudgets are read and written.
    let store: ObjectStore

    /// More evictions than this may not wait for their pods' deletion.
    private static let mostDisrupted = 2000

    /// - Throws: 429 if no pod may go now, 500 if the pod has more than one budget, 409 if it is not the pod that is meant.
    func evict(_ key: ObjectKey, _ eviction: JSONValue, isDryRun: Bool) async throws(APIFailure) {
        guard eviction["metadata"]["name"].string == key.name else {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        let pod = try await store.get(key)
        let options = eviction["deleteOptions"]
        let conditions = options["preconditions"]
        var deletion = Deletion(
            uid: conditions["uid"].string,
            resourceVersion: conditions["resourceVersion"].string,
            gracePeriod: options["gracePeriodSeconds"].int
        )
        try deletion.check(pod, key)
        let isDryRun = isDryRun || options["dryRun"].array?.contains("All") == true
        if PodStatus.isActive(pod), pod["status"]["phase"] != "Pending" {
            try await askBudget(of: pod, key, isDryRun: isDryRun)
        }
        if !isDryRun { deletion.resourceVersion = try await markEvicted(key, deletion) }
        try await store.delete(key, deletion, isDryRun: isDryRun)
    }

    /// - Returns: the version of the pod that is to go, if only one version may.
    private func markEvicted(_ key: ObjectKey, _ deletion: Deletion) async throws(APIFailure) -> String? {
        let marked = try await store.modify(key) { (old) throws(APIFailure) in
            try deletion.check(old, key)
            if old["metadata"]["deletionTimestamp"] != .null { return old }
            var pod = PodStatus.setting("DisruptionTarget", "True", reason: "EvictionByEvictionAPI", old)
            pod["status"].setMessage("Eviction API: evicting", of: "DisruptionTarget")
            return pod
        }
        return deletion.resourceVersion == nil ? nil : marked["metadata"]["resourceVersion"].string
    }

    // MARK: Budgets

    private func askBudget(of pod: JSONValue, _ key: ObjectKey, isDryRun: Bool) async throws(APIFailure) {
        let labels = pod["metadata"]["labels"].strings
        let budgets = await store.list(.podDisruptionBudgets, namespace: key.namespace).filter {
            guard let selector = Selector(labelSelector: $0["spec"]["selector"]) else { return false }
            return !selector.isEmpty && selector.matches(labels)
        }
        if budgets.count > 1 { throw .severalBudgets }
        guard let budget = budgets.first, !Self.mayGoUnready(pod, budget) else { return }
        try await store.modify(budget.key(.podDisruptionBudgets), isDryRun: isDryRun) { (old) throws(APIFailure) in
            try Self.charge(old, with: key.name)
        }
    }

    /// Whether a pod that is not ready may go without being counted.
    private static func mayGoUnready(_ pod: JSONValue, _ budget: JSONValue) -> Bool {
        if PodStatus.isReady(pod) { return false }
        if budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow" { return true }
        let status = budget["status"]
        let desired = status["desiredHealthy"].int ?? 0
        return desired > 0 && status["currentHealthy"].int ?? 0 >= desired
    }

    /// The budget after one more pod has gone.
    private static func charge(_ budget: JSONValue, with pod: String) throws(APIFailure) -> JSONValue {
        var status = budget["status"]
        let name = budget["metadata"]["name"].string ?? ""
        if status["observedGeneration"].int ?? 0 < budget["metadata"]["generation"].int ?? 0 {
            let why = "The disruption budget \(name) is still being processed by the server."
            throw .budgetExhausted(why, retryAfter: 10)
        }
        if status["disruptedPods"].object?.count ?? 0 > mostDisrupted {
            let why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
            throw .forbidden(.podDisruptionBudgets, name, why)
        }
        let allowed = status["disruptionsAllowed"].int ?? 0
        if allowed <= 0 { throw .budgetExhausted(refusal(by: name, status), retryAfter: nil) }
        status["disruptionsAllowed"] = .int(allowed - 1)
        status["disruptedPods"][pod] = Timestamp.seconds()
        if allowed == 1 { DisruptionBudget.noteAllowance(&status) }
        return budget.with("status", status)
    }

    private static func refusal(by name: String, _ status: JSONValue) -> String {
        let condition = status.condition("DisruptionAllowed")
        let budget = "The disruption budget \(name)"
        if condition["reason"] == "SyncFailed" {
            return "\(budget) does not allow evicting pods currently because it failed sync: "
                + (condition["message"].string ?? "")
        }
        let (healthy, desired) = (status["currentHealthy"].int ?? 0, status["desiredHealthy"].int ?? 0)
        if healthy <= desired { return "\(budget) needs \(desired) healthy pods and has \(healthy) currently" }
        return "\(budget) does not allow evicting pods currently"
    }
}

extension JSONValue {
    /// Sets what a condition of a status says.
    fileprivate mutating func setMessage(_ message: String, of type: String) {
        self["conditions"] = .array(
            (self["conditions"].array ?? []).map {
                $0["type"] == .string(type) ? $0.with("message", .string(message)) : $0
            }
        )
    }
}

extension APIFailure {
    /// No pod of a budget may go now.
    fileprivate static func budgetExhausted(_ why: String, retryAfter: Int?) -> APIFailure {
        APIFailure(
            code: 429,
            reason: "TooManyRequests",
            message: "Cannot evict pod as it would violate the pod's disruption budget.",
            causes: [Cause(reason: "DisruptionBudget", field: "", message: why)],
            retryAfter: retryAfter
        )
    }

    /// A real API server gives no reason either.
    fileprivate static let severalBudgets = APIFailure(
        code: 500,
        reason: "",
        message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    )
}
