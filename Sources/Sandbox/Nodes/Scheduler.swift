/// Binds each new pod to the node with the fewest pods.
struct Scheduler: Sendable {
    /// Where Nodes and pods are followed, and `spec.nodeName` is set.
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var state = State()
        for node in await store.list(.nodes, namespace: nil) { state.note(node, isGone: false) }
        for pod in await store.list(.pods, namespace: nil) { await take(pod, isGone: false, &state) }
        for await change in changes {
            let isGone = change.action == .deleted
            switch change.key.kind {
            case .pods: await take(change.object, isGone: isGone, &state)
            case .nodes:
                state.note(change.object, isGone: isGone)
                for pod in state.waiting.values { await take(pod, isGone: false, &state) }
            default: break
            }
        }
    }

    private func take(_ pod: JSONValue, isGone: Bool, _ state: inout State) async {
        let key = ObjectKey(pod: pod)
        state.waiting[key] = nil
        if let node = pod["spec"]["nodeName"].string {
            state.place(key, on: isGone ? nil : node)
            return
        }
        let isOurs = pod["spec"]["schedulerName"] == "default-scheduler"
        guard !isGone, isOurs, pod["metadata"]["deletionTimestamp"] == .null else { return }
        guard let node = state.emptiest else {
            state.waiting[key] = pod
            return
        }
        state.place(key, on: node)
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            if old["spec"]["nodeName"] != .null { return old }
            return PodStatus.scheduled(old.with("spec", old["spec"].with("nodeName", .string(node))))
        }
    }

    /// What the scheduler knows.
    private struct State {
        var waiting: [ObjectKey: JSONValue] = [:]
        private var places: [ObjectKey: String] = [:]
        private var load: [String: Int] = [:]
        private var usable: Set<String> = []

        mutating func note(_ node: JSONValue, isGone: Bool) {
            let name = node["metadata"]["name"].string ?? ""
            let isTainted = node["spec"]["taints"].array?.contains { $0["effect"] != "PreferNoSchedule" } ?? false
            if isGone || isTainted || node["spec"]["unschedulable"] == true || !NodeStatus.isReady(node) {
                usable.remove(name)
            } else {
                usable.insert(name)
            }
        }

        mutating func place(_ pod: ObjectKey, on node: String?) {
            if let old = places[pod] { load[old, default: 0] -= 1 }
            places[pod] = node
            if let node { load[node, default: 0] += 1 }
        }

        var emptiest: String? { usable.min { (load[$0] ?? 0, $0) < (load[$1] ?? 0, $1) } }
    }
}
