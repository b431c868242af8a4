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
        group: String = Manifests.group("web"),
        _ body: @Sendable @escaping (Stage, SupervisorProcess, String) async throws -> Void
    ) async throws {
        try await Stage.run { stage in
            try await stage.sandbox.apply(Manifests.service("web") + "---\n" + manifest)
            try await stage.waitForPods(of: "web", count: 3)
            let arguments = try await stage.arguments(groups: [group])
            _ = try await SupervisorProcess.run(arguments) { process in
                let first = try await stage.waitUntilSettled("web")
                let others = await stage.pods.compactMap { $0["metadata"]["name"].string }.filter { $0 != first }
                for pod in others { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                try await body(stage, process, first)
            }
            #expect(await stage.audit("web").violations.isEmpty)
        }
    }

    @Test(arguments: [
        "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", "{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
    ])
    func endsOnANewPodOfADeployment(strategy: String) async throws {
        try await run(Manifests.deployment("web", replicas: 3, strategy: strategy)) { stage, _, first in
            let old = await Set(stage.pods.compactMap { $0["metadata"]["name"].string })
            try await stage.sandbox.restart(.deployments, "web")
            try await stage.sandbox.waitForRollout(.deployments, "web")
            // The old pods end after the rollout says that it is complete.
            try await stage.waitUntilSettled("web", noneOf: old)
            let moves = await stage.audit("web").moves
            #expect((1...3).contains(moves), "each of the old pods is left at most once")
        }
    }

    /// Whichever pod of the Deployment is active before.
    @Test(arguments: 0..<3)
    func movesOnceInARolloutWhereTheActivePodTellsThatItIsToGoLast(position: Int) async throws {
        let workload = Manifests.deployment(
            "web",
            replicas: 3,
            strategy: "{rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"
        )
        let group = Manifests.group("web", "failover: {podDeletionCost: true}")
        try await run(workload, group: group) { stage, _, _ in
            let old = await stage.pods.compactMap { $0["metadata"]["name"].string }.sorted()
            _ = try await stage.request(["switchover", "web", "--to", old[position]])
            try await stage.expect("web", toSettleOn: old[position])
            #expect(await stage.costs == [old[position]: "1000"].merging(old.map { ($0, "0") }) { first, _ in first })
            let before = await stage.audit("web").moves
            try await stage.sandbox.restart(.deployments, "web")
            try await stage.sandbox.waitForRollout(.deployments, "web")
            let last = try await stage.waitUntilSettled("web", noneOf: Set(old))
            #expect(await stage.audit("web").moves - before == 1)
            #expect(await stage.costs[last] == "1000")
        }
    }

    /// The field is turned on while the group runs: the label says all already, and no role is to be written.
    @Test func tellsWhoIsToGoLastWithoutAMove() async throws {
        try await run(Manifests.deployment("web", replicas: 3)) { stage, _, first in
            #expect(await stage.costs.isEmpty)
            let epochs = await stage.audit("web").moves
            _ = try stage.write(
                "config.yaml",
                configuration: [Manifests.group("web", "failover: {podDeletionCost: true}")]
            )
            try await stage.sandbox.wait(for: "every pod to say what it costs") { store in
                await store.list(.pods, namespace: "default").allSatisfy {
                    let isFirst = $0["metadata"]["name"] == .string(first)
                    return $0["metadata"]["annotations"][Stage.cost] == (isFirst ? "1000" : "0")
                }
            }
            #expect(await stage.audit("web").moves == epochs)
            try await stage.expect("web", toSettleOn: first)
        }
    }

    @Test func leavesAPodOfAStatefulSetBeforeItIsUpdated() async throws {
        let workload = Manifests.statefulSet("web", replicas: 3).replacing(
            "  replicas: 3",
            with: "  replicas: 3\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}"
        )
        try await run(workload) { stage, process, first in
            let key = ObjectKey(.pods, namespace: "default", name: first)
            let uid = try await stage.sandbox.store.get(key)["metadata"]["uid"]
            let seen = await process.log.lines.count
            try await stage.sandbox.restart(.statefulSets, "web")
            try await stage.sandbox.waitForRollout(.statefulSets, "web")
            // A rollout waits for nobody's probes: where no pod is known to be healthy yet when the last one is replaced, the
            // role may well go to its successor.
            for pod in ["web-1", "web-2"] {
                _ = await process.log.wait(after: seen, for: "health changed", "member.name=\(pod)", "health=healthy")
            }
            try await stage.sandbox.apply(
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web}
                spec: {updateStrategy: {rollingUpdate: {partition: 0}}}
                """
            )
            try await stage.sandbox.waitForRollout(.statefulSets, "web")
            try await stage.waitUntilSettled("web")
            #expect(try await stage.sandbox.store.get(key)["metadata"]["uid"] != uid)
            let moves = await stage.audit("web").moves
            #expect((1...3).contains(moves))
        }
    }

    @Test func goesOnAfterAnEvictionThatTheBudgetAllows() async throws {
        try await run(Manifests.statefulSet("web", replicas: 3) + Self.budget(least: 3)) { stage, _, first in
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
    /// By which pods tell what their deletion costs.
    fileprivate static let cost = "controller.kubernetes.io/pod-deletion-cost"

    /// What each pod of the group `web` says that its deletion costs.
    fileprivate var costs: [String: String] {
        get async {
            let told = await pods.compactMap { pod -> (String, String)? in
                guard let cost = pod["metadata"]["annotations"][Stage.cost].string else { return nil }
                return (pod["metadata"]["name"].string ?? "", cost)
            }
            return Dictionary(told) { first, _ in first }
        }
    }

    /// The pods of the group `web`.
    fileprivate var pods: [JSONValue] {
        get async {
            await sandbox.store.list(.pods, namespace: "default").filter {
                $0["metadata"]["labels"]["app"] == "web" && $0["metadata"]["deletionTimestamp"] == .null
            }
        }
    }
}
