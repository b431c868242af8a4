/// Keeps the pods of StatefulSets: recreates them under the same names, scales up and down.
struct StatefulSetController: Sendable {
    let store: ObjectStore
    let kubelet: PodRuntime

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for set in await store.list(.statefulSets, namespace: nil) { await reconcile(set) }
        for await change in changes {
            switch change.key.kind {
            case .statefulSets where change.action != .deleted: await reconcile(change.object)
            case .pods where change.action == .deleted: await reconcileOwner(of: change.object)
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
        let namespace = set["metadata"]["namespace"].string ?? ""
        let name = set["metadata"]["name"].string ?? ""
        let wanted = set["spec"]["replicas"].int ?? 1
        for ordinal in 0..<wanted where (try? await store.get(podKey(namespace, name, ordinal))) == nil {
            _ = try? await store.create(.pods, namespace: namespace, pod(of: set, ordinal: ordinal))
        }
        var surplus = wanted
        while (try? await store.get(podKey(namespace, name, surplus))) != nil {
            _ = try? await kubelet.delete(podKey(namespace, name, surplus), gracePeriod: nil, .init())
            surplus += 1
        }
    }

    private func podKey(_ namespace: String, _ name: String, _ ordinal: Int) -> ObjectKey {
        ObjectKey(.pods, namespace: namespace, name: "\(name)-\(ordinal)")
    }

    private func pod(of set: JSONValue, ordinal: Int) -> JSONValue {
        let name = set["metadata"]["name"].string ?? ""
        var pod = set["spec"]["template"]
        pod["metadata"]["name"] = .string("\(name)-\(ordinal)")
        pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = .string("\(ordinal)")
        pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = .string("\(name)-\(ordinal)")
        pod["metadata"]["ownerReferences"] = [
            [
                "apiVersion": "apps/v1", "kind": "StatefulSet", "name": .string(name),
                "uid": set["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
            ]
        ]
        return pod
    }
}
