import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Nobody is promoted before it is proved that whoever was active acts so no more, with the real binary.
    @Suite struct PromotionGateScenarioTests {
        private static func group(_ gate: String, _ more: String = "") -> String {
            Manifests.group("web", "failover: {promotionGate: {\(gate)}}\(more.isEmpty ? "" : "\n  ")\(more)")
        }

        /// What the history shows of the pod that was active, when another became so.
        private static func wasSeenToStop(_ stage: Stage, before next: String) async -> Bool? {
            var hasStopped = false
            for change in await stage.sandbox.store.history where change.key.kind == .pods {
                let pod = change.object
                let statuses = pod["status"]["containerStatuses"].array ?? []
                if change.key.name == "web-0", pod["metadata"]["deletionTimestamp"] != .null, !statuses.isEmpty {
                    hasStopped = hasStopped || statuses.allSatisfy { $0["state"]["terminated"] != .null }
                }
                if change.key.name == next, pod["metadata"]["labels"]["role"] == "active" { return hasStopped }
            }
            return nil
        }

        private static func waitForHealth(_ process: SupervisorProcess) async {
            for pod in ["web-0", "web-1", "web-2"] {
                _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
            }
        }

        @Test(arguments: ["a failure", "a switchover"])
        func thePodIsDeletedAndHasStoppedBeforeAnotherIsPromoted(cause: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Self.group("method: DeletePod, waitSeconds: 60")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process)
                    if cause == "a failure" {
                        await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                        try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    } else {
                        let answer = try await stage.request(["switchover", "web", "--to", "web-1"])
                        #expect(answer.code == 0, "\(answer.text)")
                        try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    }
                    _ = await process.log.wait(for: "move complete", "to=web-1")
                }
                #expect(await Self.wasSeenToStop(stage, before: "web-1") == true)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// The watch of pods is accepted and says nothing; all else is answered.
        @Test func theEndOfThePodIsSeenWhileTheWatchIsSilent() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Self.group("method: DeletePod, waitSeconds: 600")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process)
                    let control = stage.sandbox.control
                    let before = await control.requests("watch", of: .pods, count: 1).count
                    await control.add(Fault(.silence, verb: "watch", kind: .pods, count: 1))
                    await control.cutWatches()
                    _ = await control.requests("watch", of: .pods, count: before + 1)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    // The pod that comes in place of the deleted one is seen, and labelled, once the watch ends.
                    #expect(await process.log.wait(for: "move complete", "to=web-1") != nil)
                    #expect(!(await control.requests("get", of: .pods, count: 1)).isEmpty)
                }
                #expect(await Self.wasSeenToStop(stage, before: "web-1") == true)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// A force-deletion proves nothing: an operator says that the pod has stopped.
        @Test func afterAForceDeletionNobodyIsPromotedUntilAnOperatorInsists() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Self.group("method: DeletePod, waitSeconds: 1")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process)
                    try await stage.sandbox.deletePod("web-0", gracePeriod: 0)
                    let line = try #require(await process.log.wait(for: "promotion waits for proof", "members=web-0"))
                    #expect(line.contains("to=web-"))
                    let audit = await stage.audit("web")
                    #expect(audit.sequence.last == [])
                    try await stage.sandbox.wait(for: "the Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "PromotionHeld" }
                    }
                    let answer = try await stage.request(["switchover", "web", "--to", "web-2", "--force"])
                    #expect(answer.code == 0, "\(answer.text)")
                    try await stage.expect("web", toSettleOn: "web-2")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// The Role of a group that asks for no gate gives no right to delete.
        @Test func withoutTheRightToDeleteNobodyIsPromotedAndItSaysWhy() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Manifests.rights)
                await stage.sandbox.authentication.admit(token: "few", .serviceAccount("standby", namespace: "default"))
                let groups = [Self.group("method: DeletePod, waitSeconds: 1")]
                let arguments = try await stage.arguments(groups: groups, token: "few")
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "deleting pod web-0", "403")
                    _ = await process.log.wait(for: "promotion waits for proof", "members=web-0")
                    #expect(await stage.audit("web").sequence.last == [])
                    // Whoever may does it.
                    try await stage.sandbox.deletePod("web-0")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                }
                #expect(await Self.wasSeenToStop(stage, before: "web-1") == true)
            }
        }

        /// The demoted pod answers as a standby first; whoever takes over from a supervisor that is killed goes on waiting.
        @Test func theDemotedPodAnswersAsAStandbyFirst() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let group = Self.group(
                    "method: Passive, waitSeconds: 600",
                    "passiveProbe: {tcpSocket: {port: http}, periodSeconds: 2, fastPeriodSeconds: 0.2, timeoutSeconds: 1.9, successThreshold: 1}"
                )
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process)
                    await stage.sandbox.applications.set(.refusing, pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "move begins", "to=web-1")
                    try await stage.sandbox.wait(for: "web-0 to be demoted") { store in
                        let pod = try? await store.get(ObjectKey(.pods, namespace: "default", name: "web-0"))
                        return pod?["metadata"]["labels"]["role"] == "passive"
                    }
                    process.send(SIGKILL)
                }
                #expect(await stage.audit("web").sequence.last == [])
                _ = try await SupervisorProcess.run(arguments) { process in
                    await Self.waitForUnhealth(process)
                    #expect(await stage.audit("web").sequence.last == [])
                    await stage.sandbox.applications.set(.healthy, pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "move complete", "to=web-1")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        private static func waitForUnhealth(_ process: SupervisorProcess) async {
            _ = await process.log.wait(for: "member.name=web-0", "member.health=unhealthy")
            _ = await process.log.wait(for: "move begins", "to=web-1")
        }
    }
}
