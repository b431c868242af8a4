import KubernetesClient

/// Finds what makes pods, and which labels it gives them and selects them by.
actor OwnerLookup {
    /// A StatefulSet, ReplicaSet or Deployment.
    struct Owner: Hashable, Sendable {
        /// `StatefulSet`, `ReplicaSet` or `Deployment`.
        var kind: String
        /// Empty if the object has none.
        var name: String
        /// Keys of the labels that it gives its pods.
        var templateKeys: Set<String>
        /// Keys of the labels by which it selects its pods.
        var selectorKeys: Set<String>

        /// `kind`: that of `workload`.
        init(_ workload: some Workload, kind: String) {
            self.kind = kind
            name = workload.metadata.name ?? ""
            templateKeys = Set((workload.spec?.template?.metadata?.labels ?? [:]).keys)
            selectorKeys = Set((workload.spec?.selector?.matchLabels ?? [:]).keys)
        }
    }

    /// What a look at a pod's owner gave.
    enum Finding: Sendable {
        /// It has none, or one of a kind that is not looked into.
        case none
        /// The workload that makes the pods.
        case found(Owner)
        /// It cannot be read, which is no proof that it is not there.
        case unreadable(KubernetesError)
    }

    private var known: [String: Finding] = [:]

    /// The workload that controls an object; of a Deployment's ReplicaSet, the Deployment.
    func owner(of metadata: ObjectMeta, namespace: String, _ client: APIClient) async -> Finding {
        guard let reference = metadata.ownerReferences?.first(where: { $0.controller == true }) else { return .none }
        if let finding = known[reference.uid] { return finding }
        let finding: Finding
        do throws(KubernetesError) {
            finding = try await read(reference, namespace: namespace, client)
        } catch {
            finding = error.isAbsence ? .none : .unreadable(error)
        }
        known[reference.uid] = finding
        return finding
    }

    private func read(
        _ reference: ObjectMeta.OwnerReference,
        namespace: String,
        _ client: APIClient
    ) async throws(KubernetesError) -> Finding {
        switch reference.kind {
        case "StatefulSet":
            let set = try await client.get(StatefulSet.self, namespace: namespace, name: reference.name)
            return .found(Owner(set, kind: "StatefulSet"))
        case "ReplicaSet":
            let set = try await client.get(ReplicaSet.self, namespace: namespace, name: reference.name)
            let above = set.metadata.ownerReferences?.first { $0.controller == true && $0.kind == "Deployment" }
            guard let above else { return .found(Owner(set, kind: "ReplicaSet")) }
            let deployment = try await client.get(Deployment.self, namespace: namespace, name: above.name)
            return .found(Owner(deployment, kind: "Deployment"))
        default: return .none
        }
    }
}
