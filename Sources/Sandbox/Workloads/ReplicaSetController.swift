/// Keeps the pods of ReplicaSets, under names that are made up.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/
struct ReplicaSetController: Sendable {
    /// Where ReplicaSets are read, and their pods created and deleted.
    let store: ObjectStore
    /// How fast `minReadySeconds` passes.
    let pace: Pace

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        let loop = ReconcileLoop()
        await loop.add(await store.list(.replicaSets, namespace: nil).map { $0.key(.replicaSets) })
        await loop.run(changes) { change in
            switch change.key.kind {
            case .replicaSets where change.action != .deleted: [change.key]
            case .pods: change.object.controllerKey(.replicaSets).map { [$0] } ?? []
            default: []
            }
        } reconcile: { key in
            await reconcile(key)
        }
    }

    private func reconcile(_ key: ObjectKey) async -> Duration? {
        guard let set = try? await store.get(key), set["metadata"]["deletionTimestamp"] == .null else { return nil }
        let pods = await store.controlled(by: set["metadata"]["uid"].string ?? "", .pods)
        let active = pods.filter(PodStatus.isActive)
        let wanted = set["spec"]["replicas"].int ?? 1
        for _ in 0..<max(0, wanted - active.count) {
            _ = try? await store.create(.pods, namespace: key.namespace, Self.pod(of: set))
        }
        if active.count > wanted {
            for pod in await leaving(active, count: active.count - wanted, of: set) {
                _ = try? await store.delete(ObjectKey(pod: pod), Deletion(uid: pod["metadata"]["uid"].string))
            }
        }
        let availability = Availability(set, pace: pace)
        await publishStatus(of: set, key, pods: pods, active: active, availability)
        return availability.wait(active)
    }

    private static func pod(of set: JSONValue) -> JSONValue {
        var pod = set["spec"]["template"]
        pod["metadata"]["generateName"] = .string("\(set["metadata"]["name"].string ?? "")-")
        pod["metadata"]["ownerReferences"] = [.owner(set, kind: .replicaSets)]
        return pod
    }

    /// Those of the pods that go when there are too many.
    private func leaving(_ active: [JSONValue], count: Int, of set: JSONValue) async -> [JSONValue] {
        if count == active.count { return active }
        var related = active
        if let owner = set.controller?["uid"].string {
            for sibling in await store.controlled(by: owner, .replicaSets)
            where sibling["metadata"]["uid"] != set["metadata"]["uid"] {
                let pods = await store.controlled(by: sibling["metadata"]["uid"].string ?? "", .pods)
                related += pods.filter(PodStatus.isActive)
            }
        }
        return Array(PodDeletionOrder(related: related).sorted(active).prefix(count))
    }

    private func publishStatus(
        of set: JSONValue,
        _ key: ObjectKey,
        pods: [JSONValue],
        active: [JSONValue],
        _ availability: Availability
    ) async {
        let labels = set["spec"]["template"]["metadata"]["labels"].strings
        var status: JSONValue = [
            "replicas": .int(active.count), "observedGeneration": set["metadata"]["generation"],
            "terminatingReplicas": .int(pods.count { $0["metadata"]["deletionTimestamp"] != .null }),
        ]
        let labelled = active.count { pod in
            let own = pod["metadata"]["labels"].strings
            return labels.allSatisfy { own[$0.key] == $0.value }
        }
        status.setCount("fullyLabeledReplicas", labelled)
        status.setCount("readyReplicas", active.count(where: PodStatus.isReady))
        status.setCount("availableReplicas", active.count(where: availability.isAvailable))
        _ = try? await store.modify(key) { [status] (old) throws(APIFailure) in old.with("status", status) }
    }
}

extension JSONValue {
    /// The key under which an object of a kind is stored.
    func key(_ kind: Kind) -> ObjectKey {
        let metadata = self["metadata"]
        return ObjectKey(kind, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
    }

    /// Sets a number that is left out when it is zero.
    mutating func setCount(_ field: String, _ count: Int) {
        self[field] = count == 0 ? .null : .int(count)
    }
}
