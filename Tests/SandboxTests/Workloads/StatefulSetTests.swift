import Testing

@testable import Sandbox

/// Rolling updates of StatefulSets, whose pods become ready when the test says so.
@Suite(.timeLimit(.minutes(5))) struct StatefulSetTests {
    private static let key = ObjectKey(.statefulSets, namespace: "default", name: "web")

    /// Runs a StatefulSet of three ready pods.
    private func run(
        _ spec: String,
        _ body: @Sendable @escaping (Sandbox, GatedWorkload) async throws -> Void
    ) async throws {
        try await Sandbox.run { sandbox in
            let workload = GatedWorkload(sandbox: sandbox, kind: .statefulSets)
            try await sandbox.apply(GatedWorkload.manifest("StatefulSet", spec))
            let isParallel = spec.contains("Parallel")
            for left in isParallel ? [3, 2, 1] : [1, 1, 1] { try await workload.openNext(of: left) }
            try await sandbox.waitForRollout(.statefulSets, "web")
            try await body(sandbox, workload)
        }
    }

    /// The revision of each pod, by name; `false`: an earlier one.
    private static func isUpdated(_ sandbox: Sandbox) async throws -> [Bool] {
        let newest = try await sandbox.store.get(key)["status"]["updateRevision"]
        return await GatedWorkload.active(sandbox.store).map {
            $0["metadata"]["labels"]["controller-revision-hash"] == newest
        }
    }

    @Test(arguments: ["podManagementPolicy: OrderedReady", "podManagementPolicy: Parallel"])
    func updatesOneAfterTheOtherFromTheHighestOrdinal(policy: String) async throws {
        try await run(policy) { sandbox, workload in
            let before = try await sandbox.store.get(Self.key)["status"]
            #expect(before["currentRevision"] == before["updateRevision"] && before["currentReplicas"] == 3)
            try await sandbox.restart(.statefulSets, "web")
            for expected in ["web-2", "web-1", "web-0"] {
                #expect(try await workload.openNext() == expected)
            }
            try await sandbox.waitForRollout(.statefulSets, "web")
            let tally = await workload.tally
            #expect(tally.leaving == ["web-2", "web-1", "web-0"])
            #expect(tally.mostActive == 3 && tally.leastReady(since: 3) == 2)
            try await sandbox.wait(for: "the update to be over") { store in
                guard let status = (try? await store.get(Self.key))?["status"] else { return false }
                return status["currentRevision"] == status["updateRevision"]
            }
            let after = try await sandbox.store.get(Self.key)["status"]
            #expect(after["updateRevision"] != before["updateRevision"] && after["currentReplicas"] == 3)
        }
    }

    @Test func leavesWhatIsBelowThePartitionAndRecreatesItAsItWas() async throws {
        try await run("updateStrategy: {rollingUpdate: {partition: 2}}") { sandbox, workload in
            try await sandbox.restart(.statefulSets, "web")
            #expect(try await workload.openNext() == "web-2")
            try await sandbox.waitForRollout(.statefulSets, "web")
            try await sandbox.deletePod("web-0")
            #expect(try await workload.openNext() == "web-0")
            try await sandbox.waitForRollout(.statefulSets, "web")
            #expect(try await Self.isUpdated(sandbox) == [false, false, true])
            try await sandbox.apply(
                """
                {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {updateStrategy:
                  {rollingUpdate: {partition: 0}}}}
                """
            )
            #expect(try await workload.openNext() == "web-1")
            #expect(try await workload.openNext() == "web-0")
            try await sandbox.waitForRollout(.statefulSets, "web")
            #expect(try await Self.isUpdated(sandbox) == [true, true, true])
        }
    }

    @Test func updatesOnDelete() async throws {
        try await run("updateStrategy: {type: OnDelete}") { sandbox, workload in
            try await sandbox.restart(.statefulSets, "web")
            try await sandbox.wait(for: "the new revision") { store in
                guard let set = try? await store.get(Self.key) else { return false }
                return set["status"]["observedGeneration"] == set["metadata"]["generation"]
                    && set["status"]["updateRevision"] != set["status"]["currentRevision"]
            }
            try await sandbox.deletePod("web-1")
            #expect(try await workload.openNext() == "web-1")
            #expect(try await Self.isUpdated(sandbox) == [false, true, false])
            #expect(await workload.tally.leaving == ["web-1"])
        }
    }

    @Test func shrinksFromTheHighestOrdinalOneAfterTheOther() async throws {
        try await run("") { sandbox, workload in
            try await sandbox.apply(
                "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 1}}"
            )
            try await sandbox.waitForRollout(.statefulSets, "web")
            let tally = await workload.tally
            #expect(tally.leaving == ["web-2", "web-1"])
            let history = await sandbox.store.history.filter { $0.key.name == "web-2" || $0.key.name == "web-1" }
            let gone = try #require(
                history.firstIndex { $0.key.name == "web-2" && $0.action == .deleted }
            )
            let next = try #require(
                history.firstIndex { $0.key.name == "web-1" && $0.object["metadata"]["deletionTimestamp"] != .null }
            )
            #expect(gone < next, "web-1 goes when web-2 is gone")
        }
    }

    @Test func keepsItsTemplatesAsRevisions() async throws {
        try await run("revisionHistoryLimit: 1") { sandbox, workload in
            for _ in 0..<3 {
                try await sandbox.restart(.statefulSets, "web")
                for _ in 0..<3 { try await workload.openNext() }
                try await sandbox.waitForRollout(.statefulSets, "web")
            }
            try await sandbox.wait(for: "the earliest revisions to be forgotten") { store in
                let revisions = await store.list(.controllerRevisions, namespace: "default")
                return Set(revisions.map { $0["revision"] }) == [3, 4]
            }
        }
    }
}
