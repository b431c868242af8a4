extension Sandbox {
    /// Replaces the pods of a workload, as `kubectl rollout restart` does.
    package func restart(_ kind: Kind, _ name: String, namespace: String = "default") async throws(APIFailure) {
        let key = ObjectKey(kind, namespace: namespace, name: name)
        try await store.modify(key) { (old) throws(APIFailure) in
            var new = old
            let annotation = "kubectl.kubernetes.io/restartedAt"
            new["spec"]["template"]["metadata"]["annotations"][annotation] = Timestamp.micro()
            return new
        }
    }

    /// Waits until a rollout is over, as `kubectl rollout status` does: every pod is one of the present template and
    /// available, and no other is left.
    package func waitForRollout(
        _ kind: Kind,
        _ name: String,
        namespace: String = "default",
        atMost limit: Duration = .seconds(60)
    ) async throws {
        let key = ObjectKey(kind, namespace: namespace, name: name)
        try await wait(atMost: limit, for: "the rollout of \(kind.singular)/\(name)") { store in
            guard let workload = try? await store.get(key) else { return false }
            let (status, wanted) = (workload["status"], workload["spec"]["replicas"].int ?? 1)
            let partition = workload["spec"]["updateStrategy"]["rollingUpdate"]["partition"].int ?? 0
            return status["observedGeneration"] == workload["metadata"]["generation"]
                && status["updatedReplicas"].int ?? 0 >= wanted - min(partition, wanted)
                && ["replicas", "availableReplicas"].allSatisfy { status[$0].int ?? 0 == wanted }
        }
    }

    /// Takes a pod away as `kubectl drain` does.
    ///
    /// - Throws: 429 if its PodDisruptionBudget does not allow it.
    package func evict(_ pod: String, namespace: String = "default") async throws(APIFailure) {
        let key = ObjectKey(.pods, namespace: namespace, name: pod)
        try await Eviction(store: store).evict(key, ["metadata": ["name": .string(pod)]], isDryRun: false)
    }

    /// Opens or closes a readiness gate of a pod; the kubelet makes the pod ready or not ready accordingly.
    package func setGate(
        _ type: String,
        isOpen: Bool,
        pod: String,
        namespace: String = "default"
    ) async throws(APIFailure) {
        try await store.modify(ObjectKey(.pods, namespace: namespace, name: pod)) { (old) throws(APIFailure) in
            PodStatus.setting(type, isOpen ? "True" : "False", old)
        }
    }
}
