import Testing

@testable import Sandbox

/// Rolling updates of Deployments, whose pods become ready when the test says so.
@Suite(.timeLimit(.minutes(5))) struct DeploymentTests {
    private static let key = ObjectKey(.deployments, namespace: "default", name: "web")

    /// Runs a Deployment of three ready pods.
    private func run(
        _ limits: String,
        _ body: @Sendable @escaping (Sandbox, GatedWorkload) async throws -> Void
    ) async throws {
        try await Sandbox.run { sandbox in
            let workload = GatedWorkload(sandbox: sandbox, kind: .deployments)
            try await sandbox.apply(GatedWorkload.manifest("Deployment", limits))
            for left in [3, 2, 1] { try await workload.openNext(of: left) }
            try await sandbox.waitForRollout(.deployments, "web")
            try await body(sandbox, workload)
        }
    }

    private static let surging = "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"
    private static let missing = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}"

    @Test func surgesBeforeItTakesAway() async throws {
        try await run(Self.surging) { sandbox, workload in
            try await sandbox.restart(.deployments, "web")
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            let tally = await workload.tally
            #expect(tally.leastReady(since: 3) == 3)
            #expect(await Self.mostWanted(sandbox.store) == 4)
            #expect(tally.leaving.count == 3)
        }
    }

    @Test func takesAwayBeforeItAddsWhenOneMayBeMissing() async throws {
        try await run(Self.missing) { sandbox, workload in
            try await sandbox.restart(.deployments, "web")
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            let tally = await workload.tally
            #expect(tally.leastReady(since: 3) == 2)
            #expect(await Self.mostWanted(sandbox.store) == 3)
        }
    }

    /// How many pods the ReplicaSets were asked for at most, in all; each follows on its own.
    private static func mostWanted(_ store: ObjectStore) async -> Int {
        var wanted: [ObjectKey: Int] = [:]
        var most = 0
        for change in await store.history where change.key.kind == .replicaSets {
            wanted[change.key] = change.object["spec"]["replicas"].int ?? 0
            most = max(most, wanted.values.reduce(0, +))
        }
        return most
    }

    @Test func givesUpTheCheapestPodsFirst() async throws {
        try await run(Self.surging) { sandbox, workload in
            let names = await GatedWorkload.active(sandbox.store).compactMap { $0["metadata"]["name"].string }
            // The other way round than by name.
            for (name, cost) in zip(names, ["30", "20", "10"]) {
                let pod = ObjectKey(.pods, namespace: "default", name: name)
                try await sandbox.store.modify(pod) { (old) throws(APIFailure) in
                    var new = old
                    new["metadata"]["annotations"][PodDeletionOrder.cost] = .string(cost)
                    return new
                }
            }
            try await sandbox.restart(.deployments, "web")
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            let leaving = await workload.tally.leaving
            #expect(leaving == Array(names.reversed()))
        }
    }

    @Test func givesUpAnUnhealthyPodFirst() async throws {
        try await run(Self.surging) { sandbox, workload in
            let names = await GatedWorkload.active(sandbox.store).compactMap { $0["metadata"]["name"].string }
            try await workload.close(names[1])
            try await sandbox.wait(for: "the Deployment to know") { store in
                (try? await store.get(Self.key))?["status"]["availableReplicas"] == 2
            }
            try await sandbox.restart(.deployments, "web")
            // The new pod and the unhealthy one are not ready; the latter is given up only when the former is ready.
            try await sandbox.wait(for: "a fourth pod") { await GatedWorkload.active($0).count == 4 }
            let new = await GatedWorkload.active(sandbox.store).compactMap { $0["metadata"]["name"].string }
                .first { !names.contains($0) }
            let pod = try #require(new)
            try await sandbox.setGate("example.com/open", isOpen: true, pod: pod)
            try await sandbox.wait(for: "a pod to be given up") { store in
                await GatedWorkload.active(store).allSatisfy { $0["metadata"]["name"] != .string(names[1]) }
            }
            for _ in 0..<2 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            #expect(await workload.tally.leaving.first == names[1])
        }
    }

    @Test func recreatesWhenTheLastOldPodIsGone() async throws {
        try await run("strategy: {type: Recreate}") { sandbox, workload in
            try await sandbox.restart(.deployments, "web")
            for left in [3, 2, 1] { try await workload.openNext(of: left) }
            try await sandbox.waitForRollout(.deployments, "web")
            let tally = await workload.tally
            #expect(tally.templates.allSatisfy { $0.count <= 1 } && tally.leaving.count == 3)
        }
    }

    @Test func numbersItsRevisions() async throws {
        try await run(Self.surging) { sandbox, workload in
            let template = try await sandbox.store.get(Self.key)["spec"]["template"]
            try await sandbox.restart(.deployments, "web")
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            #expect(await Self.revisions(sandbox.store) == ["0 of 3: 1", "3 of 3: 2"])
            // Back to the first template: its ReplicaSet is taken again, under a new number.
            try await sandbox.store.modify(Self.key) { (old) throws(APIFailure) in
                old.with("spec", old["spec"].with("template", template))
            }
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
            #expect(await Self.revisions(sandbox.store) == ["0 of 3: 2", "3 of 3: 3"])
            let annotations = try await sandbox.store.get(Self.key)["metadata"]["annotations"]
            #expect(annotations["deployment.kubernetes.io/revision"] == "3")
        }
    }

    private static func revisions(_ store: ObjectStore) async -> [String] {
        await store.list(.replicaSets, namespace: "default").map { set in
            let annotations = set["metadata"]["annotations"].strings
            let desired = annotations["deployment.kubernetes.io/desired-replicas"] ?? ""
            let revision = annotations["deployment.kubernetes.io/revision"] ?? ""
            return "\(set["spec"]["replicas"].int ?? -1) of \(desired): \(revision)"
        }.sorted()
    }

    @Test func doesNothingWhilePaused() async throws {
        try await run(Self.surging) { sandbox, workload in
            try await sandbox.apply(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {paused: true}}"
            )
            try await sandbox.restart(.deployments, "web")
            try await sandbox.wait(for: "the controller to have seen it") { store in
                guard let deployment = try? await store.get(Self.key) else { return false }
                return deployment["status"]["observedGeneration"] == deployment["metadata"]["generation"]
                    && deployment["status"].condition("Progressing")["reason"] == "DeploymentPaused"
            }
            #expect(await sandbox.store.list(.replicaSets, namespace: "default").count == 1)
            try await sandbox.apply(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {paused: false}}"
            )
            for _ in 0..<3 { try await workload.openNext() }
            try await sandbox.waitForRollout(.deployments, "web")
        }
    }

    @Test func countsAPodWhenItHasBeenReadyForLongEnough() async throws {
        try await Sandbox.run { sandbox in
            let workload = GatedWorkload(sandbox: sandbox, kind: .deployments)
            try await sandbox.apply(GatedWorkload.manifest("Deployment", "minReadySeconds: 3600"))
            var names: [String] = []
            for left in [3, 2, 1] { names.append(try await workload.openNext(of: left)) }
            try await sandbox.wait(for: "three ready pods") { store in
                (try? await store.get(Self.key))?["status"]["readyReplicas"] == 3
            }
            let status = try await sandbox.store.get(Self.key)["status"]
            #expect(status["availableReplicas"] == .null && status["unavailableReplicas"] == 3)
            #expect(status.condition("Available")["reason"] == "MinimumReplicasUnavailable")
            for name in names { try await Self.age(name, in: sandbox.store) }
            try await sandbox.waitForRollout(.deployments, "web")
            let complete = try await sandbox.store.get(Self.key)["status"]
            #expect(complete.condition("Progressing")["reason"] == "NewReplicaSetAvailable")
        }
    }

    /// Makes a pod one that has been ready for a long time.
    private static func age(_ name: String, in store: ObjectStore) async throws {
        try await store.modify(ObjectKey(.pods, namespace: "default", name: name)) { (old) throws(APIFailure) in
            let conditions = (old["status"]["conditions"].array ?? []).map {
                $0["type"] == "Ready" ? $0.with("lastTransitionTime", "2020-01-01T00:00:00Z") : $0
            }
            return old.with("status", old["status"].with("conditions", .array(conditions)))
        }
    }
}
