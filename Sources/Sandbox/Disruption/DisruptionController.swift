/// Keeps the statuses of PodDisruptionBudgets.
///
/// https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
actor DisruptionController {
    private let store: ObjectStore
    private let pace: Pace
    private var pods = LabelIndex()
    private var selectors = SelectorIndex()
    /// The budgets that select by more than equal labels alone.
    private var unindexed: Set<ObjectKey> = []

    /// `pace`: how fast the timeout of evictions passes.
    init(store: ObjectStore, pace: Pace) {
        self.store = store
        self.pace = pace
    }

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for pod in await store.list(.pods, namespace: nil) {
            pods.set(pod["metadata"]["labels"].strings, of: ObjectKey(pod: pod))
        }
        let loop = ReconcileLoop()
        for budget in await store.list(.podDisruptionBudgets, namespace: nil) { await loop.add([note(budget)]) }
        await loop.run(changes) { change in
            await self.concerned(change)
        } reconcile: { key in
            await self.reconcile(key)
        }
    }

    // MARK: Who is concerned

    private func concerned(_ change: StoreChange) -> [ObjectKey] {
        switch change.key.kind {
        case .podDisruptionBudgets where change.action == .deleted:
            selectors.set(nil, of: change.key)
            unindexed.remove(change.key)
            return []
        case .podDisruptionBudgets: return [note(change.object)]
        case .pods:
            let labels = change.object["metadata"]["labels"].strings
            pods.set(change.action == .deleted ? nil : labels, of: change.key)
            let before = change.previous?["metadata"]["labels"].strings ?? [:]
            return Array(budgets(of: labels, change.key.namespace).union(budgets(of: before, change.key.namespace)))
        default: return []
        }
    }

    private func note(_ budget: JSONValue) -> ObjectKey {
        let key = budget.key(.podDisruptionBudgets)
        let pairs = budget["spec"]["selector"]["matchLabels"].strings
        selectors.set(pairs, of: key)
        if pairs.isEmpty { unindexed.insert(key) } else { unindexed.remove(key) }
        return key
    }

    /// The budgets that may select a pod with these labels.
    private func budgets(of labels: [String: String], _ namespace: String) -> Set<ObjectKey> {
        selectors.selecting(labels, namespace: namespace).union(unindexed.filter { $0.namespace == namespace })
    }

    // MARK: Statuses

    private func reconcile(_ key: ObjectKey) async -> Duration? {
        guard let budget = try? await store.get(key) else { return nil }
        let pods = await selected(by: budget, key.namespace)
        let scale = await scale(of: pods)
        let pace = pace
        let stored = try? await store.modify(key) { (old) throws(APIFailure) in
            // An eviction may have been counted since.
            let newest = DisruptionBudget(old, pods: pods, scale: scale, pace: pace)
            return old.with("status", newest.status)
        }
        return stored.flatMap { DisruptionBudget($0, pods: pods, scale: scale, pace: pace).nextLook }
    }

    private func selected(by budget: JSONValue, _ namespace: String) async -> [JSONValue] {
        let selector = budget["spec"]["selector"]
        guard selector != .null, let wanted = Selector(labelSelector: selector) else { return [] }
        let pairs = selector["matchLabels"].strings
        let found =
            pairs.isEmpty
            ? await store.list(.pods, namespace: namespace)
            : await store.present(pods.having(all: pairs, namespace: namespace))
        return found.filter { wanted.matches($0["metadata"]["labels"].strings) }
    }

    /// What the owners of these pods ask for in all; nil if one of them is not known.
    private func scale(of pods: [JSONValue]) async -> Int? {
        var scales: [String: Int] = [:]
        for pod in pods {
            guard let uid = pod.controller?["uid"].string, scales[uid] == nil else { continue }
            guard let owner = await owner(of: pod) else { return nil }
            scales[uid] = 0
            scales[owner["metadata"]["uid"].string ?? ""] = owner["spec"]["replicas"].int ?? 1
        }
        return scales.values.reduce(0, +)
    }

    /// The workload that decides how many pods there are: a Deployment rather than its ReplicaSet.
    private func owner(of pod: JSONValue) async -> JSONValue? {
        if let key = pod.controllerKey(.statefulSets) { return try? await store.get(key) }
        guard let key = pod.controllerKey(.replicaSets), let set = try? await store.get(key) else { return nil }
        guard let deployment = set.controllerKey(.deployments) else { return set }
        return try? await store.get(deployment)
    }
}
