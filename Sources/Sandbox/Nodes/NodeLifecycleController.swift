/// Notices nodes that show no life, and takes their pods away after a while.
///
/// https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
struct NodeLifecycleController: Sendable {
    /// Where Nodes, their Leases and pods are read and written.
    let store: ObjectStore
    /// How fast the grace period and the tolerations pass.
    let pace: Pace

    /// A node that has shown no life for this long is Unknown.
    private static let grace: Duration = .seconds(50)
    /// How often nodes are looked at.
    private static let period: Duration = .seconds(5)
    /// A pod whose node does not exist goes after this long.
    private static let quarantine: Duration = .seconds(40)
    private static let unreachable = "node.kubernetes.io/unreachable"

    /// What was seen, and when.
    private struct Memory {
        var heartbeats: [String: (renewal: JSONValue, seen: ContinuousClock.Instant)] = [:]
        /// When the taint came, by node.
        var tainted: [String: ContinuousClock.Instant] = [:]
        /// Since when a pod's node is missing, by uid.
        var orphaned: [String: ContinuousClock.Instant] = [:]
    }

    /// Runs until the task is cancelled.
    func run() async {
        var memory = Memory()
        while !Task.isCancelled {
            let nodes = await store.list(.nodes, namespace: nil)
            for node in nodes { await look(at: node, &memory) }
            await collectOrphans(nodes: Set(nodes.compactMap { $0["metadata"]["name"].string }), &memory)
            try? await Task.sleep(for: pace(Self.period))
        }
    }

    private func look(at node: JSONValue, _ memory: inout Memory) async {
        let name = node["metadata"]["name"].string ?? ""
        let lease = try? await store.get(ObjectKey(.leases, namespace: NodeStatus.leaseNamespace, name: name))
        let renewal = lease?["spec"]["renewTime"] ?? .null
        if memory.heartbeats[name]?.renewal != renewal { memory.heartbeats[name] = (renewal, .now) }
        let silence = ContinuousClock.now - (memory.heartbeats[name]?.seen ?? .now)
        let isTainted = node["spec"]["taints"].array?.contains { $0["key"] == .string(Self.unreachable) } ?? false
        if silence > pace(Self.grace) {
            if !isTainted { await markUnknown(name) }
            let since = memory.tainted[name] ?? .now
            memory.tainted[name] = since
            await evict(from: name, after: .now - since)
        } else if isTainted, NodeStatus.isReady(node) {
            memory.tainted[name] = nil
            await clear(name)
        }
    }

    // MARK: Unknown

    private func markUnknown(_ name: String) async {
        let key = ObjectKey(.nodes, namespace: "", name: name)
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            var node = old
            let now = Timestamp.seconds()
            node["status"]["conditions"] = .array(
                (old["status"]["conditions"].array ?? []).map { condition in
                    condition.with("status", "Unknown").with("reason", "NodeStatusUnknown")
                        .with("message", "Kubelet stopped posting node status.").with("lastTransitionTime", now)
                }
            )
            let taints = ["NoSchedule", "NoExecute"].map { effect -> JSONValue in
                ["key": .string(Self.unreachable), "effect": .string(effect), "timeAdded": now]
            }
            node["spec"]["taints"] = .array((old["spec"]["taints"].array ?? []) + taints)
            return node
        }
        for pod in await pods(of: name) where PodStatus.isReady(pod) {
            // The reason is left as it is, as a real controller leaves it.
            _ = try? await store.modify(ObjectKey(pod: pod)) { (old) throws(APIFailure) in
                PodStatus.setting("Ready", "False", old)
            }
        }
    }

    private func clear(_ name: String) async {
        _ = try? await store.modify(ObjectKey(.nodes, namespace: "", name: name)) { (old) throws(APIFailure) in
            let left = (old["spec"]["taints"].array ?? []).filter { $0["key"] != .string(Self.unreachable) }
            return old.with("spec", old["spec"].with("taints", left.isEmpty ? .null : .array(left)))
        }
    }

    private func pods(of node: String) async -> [JSONValue] {
        await store.list(.pods, namespace: nil).filter { $0["spec"]["nodeName"] == .string(node) }
    }

    // MARK: Eviction

    private func evict(from node: String, after elapsed: Duration) async {
        for pod in await pods(of: node) where pod["metadata"]["deletionTimestamp"] == .null {
            guard let tolerated = Self.toleration(of: pod), elapsed >= pace(tolerated) else { continue }
            let key = ObjectKey(pod: pod)
            _ = try? await store.modify(key) { (old) throws(APIFailure) in
                PodStatus.setting("DisruptionTarget", "True", reason: "DeletionByTaintManager", old)
            }
            _ = try? await store.delete(key, Deletion(uid: pod["metadata"]["uid"].string))
        }
    }

    /// How long a pod stays on an unreachable node; nil: for ever.
    private static func toleration(of pod: JSONValue) -> Duration? {
        let matching = (pod["spec"]["tolerations"].array ?? []).filter { toleration in
            (toleration["key"] == .null || toleration["key"] == .string(unreachable))
                && (toleration["effect"] == .null || toleration["effect"] == "NoExecute")
        }
        guard !matching.isEmpty else { return .zero }
        let limits = matching.compactMap { $0["tolerationSeconds"].int }
        return limits.isEmpty ? nil : limits.min().map { .seconds($0) }
    }

    // MARK: Orphans

    private func collectOrphans(nodes: Set<String>, _ memory: inout Memory) async {
        var orphaned: [String: ContinuousClock.Instant] = [:]
        for pod in await store.list(.pods, namespace: nil) {
            guard let node = pod["spec"]["nodeName"].string, !nodes.contains(node) else { continue }
            let uid = pod["metadata"]["uid"].string ?? ""
            let since = memory.orphaned[uid] ?? .now
            orphaned[uid] = since
            if .now - since >= pace(Self.quarantine) {
                _ = try? await store.delete(ObjectKey(pod: pod), Deletion(uid: uid, gracePeriod: 0))
            }
        }
        memory.orphaned = orphaned
    }
}
