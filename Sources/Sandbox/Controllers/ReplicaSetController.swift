/// Keeps the pods of ReplicaSets, under names that are made up.
struct ReplicaSetController: Sendable {
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for set in await store.list(.replicaSets, namespace: nil) { await reconcile(set) }
        for await change in changes {
            switch change.key.kind {
            case .replicaSets where change.action != .deleted: await reconcile(change.object)
            case .pods: await reconcileOwner(of: change.object)
            default: break
            }
        }
    }

    private func reconcileOwner(of pod: JSONValue) async {
        guard let owner = pod["metadata"]["ownerReferences"].array?.first, owner["kind"] == "ReplicaSet" else { return }
        let namespace = pod["metadata"]["namespace"].string ?? ""
        let key = ObjectKey(.replicaSets, namespace: namespace, name: owner["name"].string ?? "")
        if let set = try? await store.get(key) { await reconcile(set) }
    }

    private func reconcile(_ key: JSONValue) async {
        // What was read when the change came may be older than the pods that were made since.
        let place = key["metadata"]["namespace"].string ?? ""
        let name = key["metadata"]["name"].string ?? ""
        guard let set = try? await store.get(ObjectKey(.replicaSets, namespace: place, name: name)) else { return }
        let uid = set["metadata"]["uid"]
        let pods = await store.list(.pods, namespace: place).filter { pod in
            pod["metadata"]["ownerReferences"].array?.first?["uid"] == uid
                && pod["metadata"]["deletionTimestamp"] == .null
        }
        let wanted = set["spec"]["replicas"].int ?? 1
        for _ in 0..<max(0, wanted - pods.count) {
            var pod = set["spec"]["template"]
            pod["metadata"]["generateName"] = .string("\(name)-")
            pod["metadata"]["ownerReferences"] = [.owner(set, kind: .replicaSets)]
            _ = try? await store.create(.pods, namespace: place, pod)
        }
        for pod in pods.dropFirst(wanted) { _ = try? await store.delete(ObjectKey(pod: pod)) }
        await store.publishReplicas(of: set, .replicaSets, pods: pods)
    }
}
