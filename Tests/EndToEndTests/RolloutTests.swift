import Sandbox
import TestedCluster
import Testing

/// What happens to the role while the pods are replaced on purpose.
@Suite(.timeLimit(.minutes(5))) struct RolloutTests {
    /// Runs the supervisor over a workload of three pods named `web`.
    ///
    /// `body` gets the pod that is active at first.
    private func run(
        _ manifest: String,
        _ body: @Sendable @escaping (Stage, String) async throws -> Void
    ) async throws {
        try await Stage.run { stage in
            try await stage.sandbox.apply(Manifests.service("web") + "---\n" + manifest)
            try await stage.waitForPods(of: "web", count: 3)
            let arguments = try await stage.arguments(groups: [Manifests.group("web")])
            _ = try await SupervisorProcess.run(arguments) { process in
                let first = try await stage.waitUntilSettled("web")
                let others = await stage.pods.compactMap { $0["metadata"]["name"].string }.filter { $0 != first }
                for pod in others { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                try await body(stage, first)
            }
            #expect(await stage.audit("web").violations.isEmpty)
        }
    }

    @Test(arguments: [
        "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", "{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
    ])
    func endsOnANewPodOfADeployment(strategy: String) async throws {
        try await run(Manifests.deployment("web", replicas: 3, strategy: strategy)) { stage, first in
            let old = await Set(stage.pods.compactMap { $0["metadata"]["name"].string })
            try await stage.sandbox.restart(.deployments, "web")
            try await stage.sandbox.waitForRollout(.deployments, "web")
            // The old pods end after the rollout says that it is complete.
            try await stage.waitUntilSettled("web", noneOf: old)
            let moves = await stage.audit("web").moves
            #expect((1...3).contains(moves), "each of the old pods is left at most once")
        }
    }

    @Test func leavesAPodOfAStatefulSetBeforeItIsUpdated() async throws {
        try await run(Manifests.statefulSet("web", replicas: 3)) { stage, first in
            let key = ObjectKey(.pods, namespace: "default", name: first)
            let uid = try await stage.sandbox.store.get(key)["metadata"]["uid"]
            try await stage.sandbox.restart(.statefulSets, "web")
            try await stage.sandbox.waitForRollout(.statefulSets, "web")
            try await stage.waitUntilSettled("web")
            #expect(try await stage.sandbox.store.get(key)["metadata"]["uid"] != uid)
            let moves = await stage.audit("web").moves
            #expect((1...3).contains(moves))
        }
    }

    @Test func goesOnAfterAnEvictionThatTheBudgetAllows() async throws {
        try await run(Manifests.statefulSet("web", replicas: 3) + Self.budget(least: 3)) { stage, first in
            try await Self.waitForBudget(stage, allowed: 0)
            let refused = await #expect(throws: APIFailure.self) { try await stage.sandbox.evict(first) }
            #expect(refused?.code == 429)
            try await stage.sandbox.apply(Self.budget(least: 2))
            try await Self.waitForBudget(stage, allowed: 1)
            try await stage.sandbox.evict(first)
            try await stage.waitUntilSettled("web", otherThan: first)
        }
    }

    private static func budget(least: Int) -> String {
        """
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: web}
        spec: {minAvailable: \(least), selector: {matchLabels: {app: web}}}

        """
    }

    private static func waitForBudget(_ stage: Stage, allowed: Int) async throws {
        try await stage.sandbox.wait(for: "the budget to allow \(allowed)") { store in
            let key = ObjectKey(.podDisruptionBudgets, namespace: "default", name: "web")
            let status = (try? await store.get(key))?["status"]
            return status?["currentHealthy"] == 3 && status?["disruptionsAllowed"] == .int(allowed)
        }
    }
}

extension Stage {
    /// The pods of the group `web`.
    fileprivate var pods: [JSONValue] {
        get async {
            await sandbox.store.list(.pods, namespace: "default").filter {
                $0["metadata"]["labels"]["app"] == "web" && $0["metadata"]["deletionTimestamp"] == .null
            }
        }
    }
}
