import Testing

@testable import Sandbox

/// What the history says of the pods of an application: how many there were, and in which order they went.
struct PodTally {
    /// The pods that were neither finished nor being deleted, and the ready ones of them, after each change.
    private(set) var counts: [(active: Int, ready: Int)] = []
    /// The names in the order in which their deletion was asked for.
    private(set) var leaving: [String] = []
    /// Which templates the pods had that were there at the same time, terminating ones among them.
    private(set) var templates: [Set<String>] = []

    init(_ history: [StoreChange], app: String) {
        var pods: [ObjectKey: JSONValue] = [:]
        for change in history where change.key.kind == .pods {
            guard change.object["metadata"]["labels"]["app"] == .string(app) else { continue }
            let isLeaving = change.object["metadata"]["deletionTimestamp"] != .null
            if isLeaving, change.previous?["metadata"]["deletionTimestamp"] == .null { leaving.append(change.key.name) }
            pods[change.key] = change.action == .deleted ? nil : change.object
            let active = pods.values.filter(PodStatus.isActive)
            counts.append((active.count, active.count(where: PodStatus.isReady)))
            templates.append(Set(pods.values.compactMap(Self.template)))
        }
    }

    private static func template(of pod: JSONValue) -> String? {
        let labels = pod["metadata"]["labels"]
        return labels["pod-template-hash"].string ?? labels["controller-revision-hash"].string
    }

    /// The counts from the first moment on at which this many pods were ready.
    func since(ready: Int) -> [(active: Int, ready: Int)] { Array(counts.drop { $0.ready < ready }) }

    /// The least number of ready pods since there were this many.
    func leastReady(since ready: Int) -> Int? { since(ready: ready).map(\.ready).min() }

    var mostActive: Int { counts.map(\.active).max() ?? 0 }
}

/// A workload whose pods become ready when the test says so.
struct GatedWorkload: Sendable {
    let sandbox: Sandbox
    let kind: Kind
    private static let gate = "example.com/open"

    /// A manifest of a workload of three pods named `web`.
    ///
    /// `spec`: more lines of its spec.
    static func manifest(_ kind: String, _ spec: String) -> String {
        """
        apiVersion: apps/v1
        kind: \(kind)
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          \(spec)
          template:
            metadata: {labels: {app: web}}
            spec: {readinessGates: [{conditionType: \(gate)}], containers: [{name: app, image: toy}]}
        """
    }

    /// The pods that count, by name.
    static func active(_ store: ObjectStore) async -> [JSONValue] {
        await store.list(.pods, namespace: "default").filter(PodStatus.isActive)
    }

    private static func closed(_ store: ObjectStore) async -> [String] {
        await active(store).filter { $0["status"]["podIP"] != .null && !PodStatus.isReady($0) }
            .compactMap { $0["metadata"]["name"].string }
    }

    /// Waits until this many pods run and are not ready, and makes the first of them ready.
    ///
    /// - Returns: its name.
    @discardableResult
    func openNext(of count: Int = 1) async throws -> String {
        try await sandbox.wait(for: "\(count) pods that are not ready") { await Self.closed($0).count == count }
        let pod = try #require(await Self.closed(sandbox.store).first)
        try await sandbox.setGate(Self.gate, isOpen: true, pod: pod)
        let key = ObjectKey(.pods, namespace: "default", name: pod)
        try await sandbox.wait(for: "\(pod) to be ready") { store in
            (try? await store.get(key)).map(PodStatus.isReady) ?? false
        }
        return pod
    }

    /// Makes a pod not ready.
    func close(_ pod: String) async throws {
        try await sandbox.setGate(Self.gate, isOpen: false, pod: pod)
        let key = ObjectKey(.pods, namespace: "default", name: pod)
        try await sandbox.wait(for: "\(pod) not to be ready") { store in
            (try? await store.get(key)).map { !PodStatus.isReady($0) } ?? false
        }
    }

    var tally: PodTally {
        get async { PodTally(await sandbox.store.history, app: "web") }
    }
}
