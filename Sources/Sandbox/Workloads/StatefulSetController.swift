/// Keeps the pods of StatefulSets: recreates them under the same names, scales up and down, updates one after the other.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
struct StatefulSetController: Sendable {
    /// Where StatefulSets and ControllerRevisions are read and written, and pods created and deleted.
    let store: ObjectStore
    /// How fast `minReadySeconds` passes.
    let pace: Pace

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        let loop = ReconcileLoop()
        await loop.add(await store.list(.statefulSets, namespace: nil).map { $0.key(.statefulSets) })
        await loop.run(changes) { change in
            switch change.key.kind {
            case .statefulSets where change.action != .deleted: [change.key]
            case .pods: change.object.controllerKey(.statefulSets).map { [$0] } ?? []
            default: []
            }
        } reconcile: { key in
            await reconcile(key)
        }
    }

    private func reconcile(_ key: ObjectKey) async -> Duration? {
        guard let set = try? await store.get(key), set["metadata"]["deletionTimestamp"] == .null,
            let revisions = await StatefulSetRevisions(set, in: store)
        else { return nil }
        let pods = await store.controlled(by: set["metadata"]["uid"].string ?? "", .pods)
        let byOrdinal = Dictionary(pods.compactMap { pod in Self.ordinal(of: pod).map { ($0, pod) } }) { $1 }
        let availability = Availability(set, pace: pace)
        let plan = StatefulSetPlan(
            set,
            pods: byOrdinal,
            updateRevision: revisions.update["metadata"]["name"].string ?? "",
            availability
        )
        for step in plan.steps { await perform(step, set, byOrdinal, revisions) }
        let status = Self.status(of: set, pods, revisions, availability)
        _ = try? await store.modify(key) { (old) throws(APIFailure) in old.with("status", status) }
        return availability.wait(pods)
    }

    private static func ordinal(of pod: JSONValue) -> Int? {
        (pod["metadata"]["name"].string?.split(separator: "-").last).flatMap { Int($0) }
    }

    // MARK: Pods

    private func perform(
        _ step: StatefulSetPlan.Step,
        _ set: JSONValue,
        _ pods: [Int: JSONValue],
        _ revisions: StatefulSetRevisions
    ) async {
        switch step {
        case .create(let ordinal, let isUpdated):
            let pod = Self.pod(of: set, ordinal, by: isUpdated ? revisions.update : revisions.current)
            let namespace = set["metadata"]["namespace"].string ?? ""
            _ = try? await store.create(.pods, namespace: namespace, pod)
        case .delete(let ordinal):
            guard let pod = pods[ordinal] else { return }
            _ = try? await store.delete(ObjectKey(pod: pod), Deletion(uid: pod["metadata"]["uid"].string))
        }
    }

    private static func pod(of set: JSONValue, _ ordinal: Int, by revision: JSONValue) -> JSONValue {
        let name = "\(set["metadata"]["name"].string ?? "")-\(ordinal)"
        var pod = StatefulSetRevisions.template(of: revision)
        pod["metadata"]["name"] = .string(name)
        pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = .string("\(ordinal)")
        pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = .string(name)
        pod["metadata"]["labels"][StatefulSetPlan.revisionLabel] = revision["metadata"]["name"]
        pod["metadata"]["ownerReferences"] = [.owner(set, kind: .statefulSets)]
        pod["spec"]["hostname"] = .string(name)
        if pod["spec"]["subdomain"] == .null { pod["spec"]["subdomain"] = set["spec"]["serviceName"] }
        return pod
    }

    // MARK: Status

    private static func status(
        of set: JSONValue,
        _ pods: [JSONValue],
        _ revisions: StatefulSetRevisions,
        _ availability: Availability
    ) -> JSONValue {
        let ready = pods.filter { PodStatus.isReady($0) && $0["status"]["phase"] == "Running" }
        let living = pods.filter { $0["metadata"]["deletionTimestamp"] == .null }
        func count(_ revision: JSONValue) -> Int {
            living.count { $0["metadata"]["labels"][StatefulSetPlan.revisionLabel] == revision["metadata"]["name"] }
        }
        let (updated, wanted) = (count(revisions.update), set["spec"]["replicas"].int ?? 1)
        let isRolling = set["spec"]["updateStrategy"]["type"] != "OnDelete"
        let isComplete = isRolling && updated == wanted && ready.count == wanted && pods.count == wanted
        let current = isComplete ? revisions.update : revisions.current
        var status: JSONValue = [
            "observedGeneration": set["metadata"]["generation"], "replicas": .int(pods.count),
            "availableReplicas": .int(ready.count(where: availability.isAvailable)), "collisionCount": 0,
            "currentRevision": current["metadata"]["name"], "updateRevision": revisions.update["metadata"]["name"],
        ]
        status.setCount("readyReplicas", ready.count)
        status.setCount("currentReplicas", count(current))
        status.setCount("updatedReplicas", updated)
        return status
    }
}
