import Testing

@testable import Sandbox

/// Evictions, allowed and refused.
@Suite(.timeLimit(.minutes(5))) struct EvictionTests {
    private static let scene = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          replicas: 3
          podManagementPolicy: Parallel
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: b}]}}

        """

    private static func budget(_ name: String, _ limit: String) -> String {
        """
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: \(name)}
        spec: {\(limit), selector: {matchLabels: {app: web}}}

        """
    }

    /// Runs three ready pods with budgets.
    private func run(
        _ budgets: String,
        terminationDelay: Duration = .milliseconds(200),
        _ body: @Sendable @escaping (Sandbox) async throws -> Void
    ) async throws {
        var options = Sandbox.Options()
        options.terminationDelay = terminationDelay
        try await Sandbox.run(options) { sandbox in
            try await sandbox.apply(Self.scene + budgets)
            try await sandbox.waitForRollout(.statefulSets, "web")
            try await body(sandbox)
        }
    }

    private func waitForBudget(_ sandbox: Sandbox, allowed: Int, healthy: Int = 3) async throws {
        try await sandbox.wait(for: "the budget to allow \(allowed)") { store in
            let budgets = await store.list(.podDisruptionBudgets, namespace: "default")
            return budgets.allSatisfy {
                $0["status"]["disruptionsAllowed"] == .int(allowed) && $0["status"]["currentHealthy"] == .int(healthy)
            }
        }
    }

    /// Waits until the controller has seen the deletions of the evicted pods.
    ///
    /// It knows them by name: a pod that comes back by the same one sooner counts as on its way for two minutes, as on a
    /// real server.
    private func waitUntilEvictionsAreSeen(_ sandbox: Sandbox) async throws {
        try await sandbox.wait(for: "the deletions of evicted pods to be seen") { store in
            await store.list(.podDisruptionBudgets, namespace: "default").allSatisfy {
                $0["status"]["disruptedPods"] == .null
            }
        }
    }

    private func refusal(_ sandbox: Sandbox, _ pod: String) async -> JSONValue? {
        do throws(APIFailure) {
            try await sandbox.evict(pod)
            return nil
        } catch {
            return error.status
        }
    }

    @Test func isRefusedInTheWordsOfARealServer() async throws {
        try await run(Self.budget("one", "minAvailable: 3")) { sandbox in
            try await waitForBudget(sandbox, allowed: 0)
            // Recorded from a server of version 1.36.
            let recorded = #"""
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
                "message":"Cannot evict pod as it would violate the pod's disruption budget.",
                "reason":"TooManyRequests","details":{"causes":[{"reason":"DisruptionBudget",
                "message":"The disruption budget one needs 3 healthy pods and has 3 currently"}]},"code":429}
                """#
            #expect(await refusal(sandbox, "web-2") == JSONValue(json: Array(recorded.utf8)))
            let pod = try await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "web-2"))
            #expect(pod["metadata"]["deletionTimestamp"] == .null && PodStatus.isReady(pod))
        }
    }

    @Test func isRefusedWhenThereAreTwoBudgets() async throws {
        try await run(Self.budget("one", "minAvailable: 1") + Self.budget("two", "minAvailable: 1")) { sandbox in
            let recorded = #"""
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"This pod has more than
                 one PodDisruptionBudget, which the eviction subresource does not support.","code":500}
                """#.split(separator: "\n").joined()
            #expect(await refusal(sandbox, "web-2") == JSONValue(json: Array(recorded.utf8)))
        }
    }

    @Test func isChargedToTheBudgetAtOnce() async throws {
        try await run(Self.budget("one", "maxUnavailable: 1"), terminationDelay: .seconds(3600)) { sandbox in
            try await waitForBudget(sandbox, allowed: 1)
            try await sandbox.evict("web-2")
            #expect(await refusal(sandbox, "web-1")?["code"] == 429, "the first is still on its way")
            try await waitUntilEvictionsAreSeen(sandbox)
            try await sandbox.deletePod("web-2", gracePeriod: 0)
            try await waitForBudget(sandbox, allowed: 1)
            try await sandbox.evict("web-1")
            let tally = PodTally(await sandbox.store.history, app: "web")
            #expect(tally.leaving == ["web-2", "web-1"] && tally.leastReady(since: 3) == 2)
            let reasons = await sandbox.store.history.flatMap { change in
                (change.object["status"]["conditions"].array ?? []).filter { $0["type"] == "DisruptionTarget" }
                    .map { $0["reason"] }
            }
            #expect(Set(reasons) == ["EvictionByEvictionAPI"])
        }
    }

    @Test func waitsForTheControllerAfterAChange() async throws {
        let store = ObjectStore()
        try await store.create(.namespaces, namespace: "", ["metadata": ["name": "default"]])
        let budget: JSONValue = [
            "metadata": ["name": "one"], "spec": ["minAvailable": 0, "selector": ["matchLabels": ["app": "web"]]],
        ]
        try await store.create(.podDisruptionBudgets, namespace: "default", budget)
        let pod: JSONValue = [
            "metadata": ["name": "web-0", "labels": ["app": "web"]], "spec": ["containers": [["name": "a"]]],
            "status": ["phase": "Running"],
        ]
        try await store.create(.pods, namespace: "default", pod)
        let key = ObjectKey(.pods, namespace: "default", name: "web-0")
        let failure = await #expect(throws: APIFailure.self) {
            try await Eviction(store: store).evict(key, ["metadata": ["name": "web-0"]], isDryRun: false)
        }
        #expect(failure?.code == 429 && failure?.retryAfter == 10)
        #expect(failure?.causes.first?.message == "The disruption budget one is still being processed by the server.")
    }

    @Test func leavesOutWhoseDeletionHurtsNobody() async throws {
        try await run(Self.budget("one", "minAvailable: 3")) { sandbox in
            try await waitForBudget(sandbox, allowed: 0)
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: new, labels: {app: web}}, spec: {schedulerName: nobody, "
                    + "containers: [{name: a, image: b}]}}"
            )
            // It has not run yet.
            try await sandbox.evict("new")
            #expect(await refusal(sandbox, "web-2")?["code"] == 429)
            #expect(await refusal(sandbox, "nobody")?["code"] == 404)
        }
    }

    @Test func triesOutWithoutDoingIt() async throws {
        try await run(Self.budget("one", "maxUnavailable: 1")) { sandbox in
            try await waitForBudget(sandbox, allowed: 1)
            let key = ObjectKey(.pods, namespace: "default", name: "web-2")
            let eviction: JSONValue = ["metadata": ["name": "web-2"], "deleteOptions": ["dryRun": ["All"]]]
            for _ in 0..<2 { try await Eviction(store: sandbox.store).evict(key, eviction, isDryRun: false) }
            #expect(PodTally(await sandbox.store.history, app: "web").leaving.isEmpty)
        }
    }
}
