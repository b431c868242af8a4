import Sandbox
import Testing

/// Rollouts and drains, by the real kubectl.
@Suite(.timeLimit(.minutes(5))) struct RolloutKubectlTests {
    private static func workload(_ kind: String, _ spec: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: \(kind)
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          \(spec)
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: one}]}}

        """
    }

    private static func budget(_ least: Int) -> String {
        """
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec: {minAvailable: \(least), selector: {matchLabels: {app: web}}}

        """
    }

    /// Runs a workload of three pods.
    private func run(
        _ kind: String,
        _ spec: String = "",
        nodes: Int = 3,
        _ body: @Sendable @escaping (Sandbox, Kubectl) async throws -> Void
    ) async throws {
        var options = Sandbox.Options()
        options.nodes = nodes
        try await Kubectl.run(options) { sandbox, kubectl in
            try await kubectl.succeed("apply", "-f", "-", input: Self.workload(kind, spec))
            try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            try await body(sandbox, kubectl)
        }
    }

    /// The pods that are not on their way out.
    private static func pods(_ sandbox: Sandbox) async -> [JSONValue] {
        await sandbox.store.list(.pods, namespace: "default").filter { $0["metadata"]["deletionTimestamp"] == .null }
    }

    @Test(arguments: ["deployment", "statefulset"])
    func restartsAndGoesBack(kind: String) async throws {
        try await run(kind == "deployment" ? "Deployment" : "StatefulSet") { sandbox, kubectl in
            let before = await Self.pods(sandbox).map { $0["metadata"]["uid"] }
            let restarted = try await kubectl.succeed("rollout", "restart", "\(kind)/web")
            #expect(restarted == "\(kind).apps/web restarted\n")
            let status = try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            #expect(
                status.contains("deployment \"web\" successfully rolled out")
                    || status.contains("rolling update complete 3 pods")
                    || status.contains("partitioned roll out complete: 3 new pods have been updated"),
                "\(status)"
            )
            let after = await Self.pods(sandbox).map { $0["metadata"]["uid"] }
            #expect(after.count == 3 && Set(before).isDisjoint(with: after))
            let history = try await kubectl.succeed("rollout", "history", "\(kind)/web")
            #expect(history.contains("\n1 ") && history.contains("\n2 "), "\(history)")
            try await kubectl.succeed("set", "image", "\(kind)/web", "app=two")
            try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            try await kubectl.succeed("rollout", "undo", "\(kind)/web")
            try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            let images = await Self.pods(sandbox).map { $0["spec"]["containers"].array?.first?["image"] }
            #expect(Set(images) == ["one"])
        }
    }

    @Test func pausesAndResumes() async throws {
        try await run("Deployment") { _, kubectl in
            try await kubectl.succeed("rollout", "pause", "deployment/web")
            try await kubectl.succeed("set", "image", "deployment/web", "app=two")
            #expect(try await kubectl.succeed("get", "rs", "-o", "name").split(separator: "\n").count == 1)
            try await kubectl.succeed("rollout", "resume", "deployment/web")
            try await kubectl.succeed("rollout", "status", "deployment/web", "--timeout=60s")
            #expect(try await kubectl.succeed("get", "rs", "-o", "name").split(separator: "\n").count == 2)
        }
    }

    @Test func drainsANodeAsFarAsTheBudgetAllows() async throws {
        // The pods have nowhere else to go at first, so that they stay where they are.
        try await run("StatefulSet", "podManagementPolicy: Parallel", nodes: 1) { sandbox, kubectl in
            try await kubectl.succeed("apply", "-f", "-", input: Self.budget(3))
            try await kubectl.succeed("wait", "pdb/web", "--for=jsonpath={.status.currentHealthy}=3", "--timeout=60s")
            let table = try await kubectl.succeed("get", "pdb").split(separator: "\n").map { $0.split(separator: " ") }
            #expect(table.last?.prefix(4) == ["web", "3", "N/A", "0"])
            let node = try await kubectl.succeed("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
            let words = "Cannot evict pod as it would violate the pod's disruption budget."
            // On a busy machine the evictions may not have been answered after a second.
            var errors = ""
            for seconds in [1, 5, 25] where !errors.contains(words) {
                let blocked = try await kubectl("drain", node, "--timeout=\(seconds)s")
                #expect(blocked.code == 1)
                errors = blocked.errors
            }
            #expect(errors.contains(words), "\(errors)")
            let left = await sandbox.store.list(.pods, namespace: "default").count {
                $0["metadata"]["deletionTimestamp"] == .null
            }
            #expect(left == 3, "nothing has gone")
            let cordoned = try await kubectl.succeed("get", "node", node)
            #expect(cordoned.contains("SchedulingDisabled"))
            try await kubectl.succeed("apply", "-f", "-", input: Self.budget(0))
            try await kubectl.succeed(
                "wait",
                "pdb/web",
                "--for=jsonpath={.status.disruptionsAllowed}=3",
                "--timeout=60s"
            )
            let drained = try await kubectl.succeed("drain", node, "--timeout=60s")
            for pod in ["web-0", "web-1", "web-2"] { #expect(drained.contains("pod/\(pod) evicted"), "\(drained)") }
            #expect(drained.contains("node/\(node) drained"))
            // They are there again, and wait for a node.
            try await sandbox.wait(for: "three pods without a node") { store in
                await store.list(.pods, namespace: "default").count { $0["spec"]["nodeName"] == .null } == 3
            }
            try await kubectl.succeed("uncordon", node)
            try await kubectl.succeed("rollout", "status", "statefulset/web", "--timeout=60s")
        }
    }
}
