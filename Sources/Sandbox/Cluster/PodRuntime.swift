import Foundation

/// Plays the kubelet: gives each pod an address of its own on the loopback network and a toy application behind it, and
/// takes terminating pods away once their application ended.
package actor PodRuntime {
    private let store: ObjectStore
    private let applications: ToyApplications
    /// How long an application takes to end after its pod's deletion was requested.
    private let terminationDelay: Duration
    private var running: [String: ObjectKey] = [:]

    init(store: ObjectStore, applications: ToyApplications, terminationDelay: Duration) {
        self.store = store
        self.applications = applications
        self.terminationDelay = terminationDelay
    }

    /// Runs pods until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for pod in await store.list(.pods, namespace: nil) { await start(pod) }
        await withDiscardingTaskGroup { group in
            for await change in changes where change.key.kind == .pods {
                if change.action == .deleted {
                    await ended(change.object)
                } else if change.object["metadata"]["deletionTimestamp"] != .null {
                    group.addTask { await self.terminate(change.key, change.object) }
                } else if change.action == .added {
                    await start(change.object)
                }
            }
        }
    }

    // MARK: Deletion, as the API server and the kubelet share it

    /// Requests a pod's deletion: with a grace period it is marked and stays until its application ended.
    func delete(
        _ key: ObjectKey,
        gracePeriod: Int?,
        _ conditions: DeletePreconditions
    ) async throws(APIFailure) -> JSONValue {
        let pod = try await store.get(key)
        try await store.check(conditions, key, pod)
        let grace = gracePeriod ?? pod["spec"]["terminationGracePeriodSeconds"].int ?? 30
        let isScheduled = pod["spec"]["nodeName"] != .null
        let isFinished = ["Succeeded", "Failed"].contains(pod["status"]["phase"].string)
        if grace == 0 || !isScheduled || isFinished { return try await store.remove(key, conditions) }
        return try await store.modify(key) { (old) throws(APIFailure) in
            if old["metadata"]["deletionTimestamp"] != .null { return old }
            var marked = old
            let end = Date(timeIntervalSinceNow: TimeInterval(grace))
            marked["metadata"]["deletionTimestamp"] = .string(end.formatted(.iso8601))
            marked["metadata"]["deletionGracePeriodSeconds"] = .int(grace)
            return marked
        }
    }

    private func terminate(_ key: ObjectKey, _ pod: JSONValue) async {
        try? await Task.sleep(for: terminationDelay)
        await ended(pod)
        _ = try? await store.remove(key, DeletePreconditions(uid: pod["metadata"]["uid"].string))
    }

    private func ended(_ pod: JSONValue) async {
        guard let uid = pod["metadata"]["uid"].string, running.removeValue(forKey: uid) != nil else { return }
        await applications.stop(uid: uid)
    }

    // MARK: Start

    private func start(_ pod: JSONValue) async {
        guard let uid = pod["metadata"]["uid"].string, running[uid] == nil, pod["status"]["podIP"] == .null else {
            return
        }
        let metadata = pod["metadata"]
        // A pod that is written with this annotation is left to the test that made it.
        if metadata["annotations"]["sandbox.kube-standby.io/unmanaged"] != .null { return }
        let key = ObjectKey(.pods, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
        running[uid] = key
        let port = pod["spec"]["containers"].array?.first?["ports"].array?.first?["containerPort"].int ?? 8080
        guard let address = await applications.start(name: key.name, namespace: key.namespace, uid: uid, port: port)
        else { return }
        await publish(key, address: address)
    }

    private func publish(_ key: ObjectKey, address: String) async {
        let now = JSONValue.string(Date().formatted(.iso8601))
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            var pod = old
            if pod["spec"]["nodeName"] == .null { pod["spec"]["nodeName"] = "sandbox-node-1" }
            let name = pod["spec"]["containers"].array?.first?["name"] ?? "application"
            let conditions: [JSONValue] = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map {
                ["type": .string($0), "status": "True", "lastTransitionTime": now]
            }
            pod["status"] = [
                "phase": "Running", "podIP": .string(address), "podIPs": [["ip": .string(address)]],
                "startTime": now, "conditions": .array(conditions),
                "containerStatuses": [
                    [
                        "name": name, "ready": true, "started": true, "restartCount": 0,
                        "containerID": .string("sandbox://\(UUID().uuidString)"),
                        "state": ["running": ["startedAt": now]],
                    ]
                ],
            ]
            return pod
        }
    }
}
