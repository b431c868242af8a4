import Sandbox
import Testing

/// A node that dies, on a clock that runs twenty times as fast.
@Suite(.timeLimit(.minutes(5))) struct NodeFailureTests {
    /// `tolerated`: for how many seconds a pod stays on an unreachable node.
    private static func scene(tolerated: Int) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: a, image: b}]
              tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: \(tolerated)}]
        """
    }

    private func run(tolerated: Int = 10_000, _ body: @Sendable @escaping (Sandbox) async throws -> Void) async throws {
        var options = Sandbox.Options()
        options.nodes = 2
        options.pace = Pace(speed: 20)
        try await Sandbox.run(options) { sandbox in
            try await sandbox.apply(Self.scene(tolerated: tolerated))
            try await sandbox.waitForEndpoints(["web-0", "web-1"], of: "web")
            try await body(sandbox)
        }
    }

    private static func node(_ name: String) -> ObjectKey { ObjectKey(.nodes, namespace: "", name: name) }
    private static let pod = ObjectKey(.pods, namespace: "default", name: "web-0")

    /// The node of `web-0`.
    private func nodeName(_ sandbox: Sandbox) async throws -> String {
        try await sandbox.store.get(Self.pod)["spec"]["nodeName"].string ?? ""
    }

    @Test func isUnknownThenTaintedThenEvictedAndItsPodStaysTerminating() async throws {
        try await run(tolerated: 20) { sandbox in
            let name = try await nodeName(sandbox)
            try await sandbox.nodes.fail(name, .dead)
            try await sandbox.wait(for: "the node to be unknown") { store in
                let node = (try? await store.get(Self.node(name))) ?? .null
                let ready = node["status"]["conditions"].array?.first { $0["type"] == "Ready" }
                return ready?["status"] == "Unknown" && ready?["reason"] == "NodeStatusUnknown"
            }
            try await sandbox.waitForEndpoints(["web-1"], of: "web")
            let pod = try await sandbox.store.get(Self.pod)
            #expect(pod["status"]["phase"] == "Running", "a pod of a dead node keeps its phase")
            #expect(pod["status"]["containerStatuses"].array?.first?["ready"] == true, "and its containers' readiness")
            let effects = try await sandbox.store.get(Self.node(name))["spec"]["taints"].array?.map { $0["effect"] }
            #expect(effects == ["NoSchedule", "NoExecute"])
            try await sandbox.wait(for: "the eviction") { store in
                let pod = (try? await store.get(Self.pod)) ?? .null
                let reasons = (pod["status"]["conditions"].array ?? []).map { $0["reason"] }
                return pod["metadata"]["deletionTimestamp"] != .null && reasons.contains("DeletionByTaintManager")
            }
            let history = await sandbox.store.history
            #expect(!history.contains { $0.key == Self.pod && $0.action == .deleted }, "nobody confirms the deletion")
            try await sandbox.nodes.recover(name)
            try await sandbox.waitForEndpoints(["web-0", "web-1"], of: "web")
            #expect(try await sandbox.store.get(Self.pod)["metadata"]["uid"] != pod["metadata"]["uid"])
            try await sandbox.wait(for: "the taints to go") { store in
                (try? await store.get(Self.node(name)))?["spec"]["taints"] == .null
            }
        }
    }

    @Test func aPartitionedNodeKeepsItsApplicationsAndItsPodsComeBack() async throws {
        try await run { sandbox in
            let name = try await nodeName(sandbox)
            let uid = try await sandbox.store.get(Self.pod)["metadata"]["uid"]
            try await sandbox.nodes.fail(name, .partitioned)
            try await sandbox.waitForEndpoints(["web-1"], of: "web")
            #expect(await sandbox.applications.address(pod: "web-0", namespace: "default") != nil)
            try await sandbox.nodes.recover(name)
            try await sandbox.waitForEndpoints(["web-0", "web-1"], of: "web")
            #expect(try await sandbox.store.get(Self.pod)["metadata"]["uid"] == uid, "the same pod")
        }
    }

    @Test func aPodOfANodeThatIsNotThereIsCollected() async throws {
        try await run { sandbox in
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: lost}, spec: {nodeName: nowhere, containers: [{name: a}]}}"
            )
            try await sandbox.wait(for: "the pod to be collected") { store in
                await store.history.contains { $0.key.name == "lost" && $0.action == .deleted }
            }
        }
    }

    @Test func newPodsGoToTheNodesThatAreReady() async throws {
        try await run { sandbox in
            let name = try await nodeName(sandbox)
            try await sandbox.nodes.fail(name, .dead)
            try await sandbox.waitForEndpoints(["web-1"], of: "web")
            for index in 0..<3 {
                try await sandbox.apply(
                    "{apiVersion: v1, kind: Pod, metadata: {name: new-\(index)}, spec: {containers: [{name: a}]}}"
                )
            }
            try await sandbox.wait(for: "three pods on the other node") { store in
                await store.list(.pods, namespace: "default").count { pod in
                    pod["metadata"]["name"].string?.hasPrefix("new-") == true && pod["spec"]["nodeName"] != .null
                        && pod["spec"]["nodeName"] != .string(name)
                } == 3
            }
        }
    }

    @Test func anUnknownNodeIsNamed() async throws {
        try await run { sandbox in
            await #expect(throws: Nodes.Unknown.self) { try await sandbox.nodes.fail("other", .dead) }
        }
    }
}
