/// Keeps the pods of StatefulSets: recreates them under the same names, scales up and down.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
struct StatefulSetController: Sendable {
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for set in await store.list(.statefulSets, namespace: nil) { await reconcile(set) }
        for await change in changes {
            switch change.key.kind {
            case .statefulSets where change.action != .deleted: await reconcile(change.object)
            case .pods: await reconcileOwner(of: change.object)
            default: break
            }
        }
    }

    private func reconcileOwner(of pod: JSONValue) async {
        guard let owner = pod["metadata"]["ownerReferences"].array?.first, owner["kind"] == "StatefulSet" else {
            return
        }
        let namespace = pod["metadata"]["namespace"].string ?? ""
        let key = ObjectKey(.statefulSets, namespace: namespace, name: owner["name"].string ?? "")
        if let set = try? await store.get(key) { await reconcile(set) }
    }

    private func reconcile(_ set: JSONValue) async {
        if set["metadata"]["deletionTimestamp"] != .null { return }
        let wanted = set["spec"]["replicas"].int ?? 1
        let isParallel = set["spec"]["podManagementPolicy"] == "Parallel"
        var pods: [JSONValue] = []
        for ordinal in 0..<wanted {
            let key = Self.podKey(set, ordinal)
            if let pod = try? await store.get(key) {
                pods.append(pod)
            } else if isParallel || pods.count == ordinal && pods.allSatisfy(Self.isSettled) {
                // Without the parallel policy a pod waits until those before it are ready.
                _ = try? await store.create(.pods, namespace: key.namespace, Self.pod(of: set, ordinal: ordinal))
            }
        }
        var surplus = wanted
        while (try? await store.get(Self.podKey(set, surplus))) != nil {
            _ = try? await store.delete(Self.podKey(set, surplus))
            surplus += 1
        }
        await store.publishReplicas(of: set, .statefulSets, pods: pods)
    }

    private static func isSettled(_ pod: JSONValue) -> Bool {
        PodStatus.isReady(pod) && pod["metadata"]["deletionTimestamp"] == .null
    }

    private static func podKey(_ set: JSONValue, _ ordinal: Int) -> ObjectKey {
        let name = set["metadata"]["name"].string ?? ""
        return ObjectKey(.pods, namespace: set["metadata"]["namespace"].string ?? "", name: "\(name)-\(ordinal)")
    }

    private static func pod(of set: JSONValue, ordinal: Int) -> JSONValue {
        let name = podKey(set, ordinal).name
        var pod = set["spec"]["template"]
        pod["metadata"]["name"] = .string(name)
        pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = .string("\(ordinal)")
        pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = .string(name)
        pod["metadata"]["ownerReferences"] = [.owner(set, kind: .statefulSets)]
        pod["spec"]["hostname"] = .string(name)
        return pod
    }
}

extension JSONValue {
    /// A reference to the controller of an object.
    static func owner(_ object: JSONValue, kind: Kind) -> JSONValue {
        [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "name": object["metadata"]["name"],
            "uid": object["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
        ]
    }
}

extension ObjectStore {
    /// Writes how many pods of a workload there are, and how many are ready.
    func publishReplicas(of workload: JSONValue, _ kind: Kind, pods: [JSONValue]) async {
        let metadata = workload["metadata"]
        let key = ObjectKey(kind, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
        let (count, ready) = (pods.count, pods.count(where: PodStatus.isReady))
        _ = try? modify(key) { (old) throws(APIFailure) in
            var new = old
            for field in ["replicas", "currentReplicas", "updatedReplicas"] { new["status"][field] = .int(count) }
            for field in ["readyReplicas", "availableReplicas"] { new["status"][field] = .int(ready) }
            new["status"]["observedGeneration"] = old["metadata"]["generation"]
            return new
        }
    }
}
