import Sandbox
import Testing

/// Rollouts, by the real kubectl.
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

    @Test(arguments: ["deployment", "statefulset"])
    func restartsAndGoesBack(kind: String) async throws {
        try await run(kind == "deployment" ? "Deployment" : "StatefulSet") { sandbox, kubectl in
            let before = try await kubectl.succeed("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}")
            let restarted = try await kubectl.succeed("rollout", "restart", "\(kind)/web")
            #expect(restarted == "\(kind).apps/web restarted\n")
            let status = try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            #expect(
                status.contains("deployment \"web\" successfully rolled out")
                    || status.contains("rolling update complete 3 pods")
                    || status.contains("partitioned roll out complete: 3 new pods have been updated"),
                "\(status)"
            )
            let after = try await kubectl.succeed("get", "pods", "-o", "jsonpath={.items[*].metadata.uid}")
            #expect(Set(before.split(separator: " ")).isDisjoint(with: after.split(separator: " ")))
            let history = try await kubectl.succeed("rollout", "history", "\(kind)/web")
            #expect(history.contains("\n1 ") && history.contains("\n2 "), "\(history)")
            try await kubectl.succeed("set", "image", "\(kind)/web", "app=two")
            try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            try await kubectl.succeed("rollout", "undo", "\(kind)/web")
            try await kubectl.succeed("rollout", "status", "\(kind)/web", "--timeout=60s")
            let images = await sandbox.store.list(.pods, namespace: "default").map {
                $0["spec"]["containers"].array?.first?["image"]
            }
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
}
