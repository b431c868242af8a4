import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// Role labels of a group whose slices say who is active, and the rights that it needs.
    @Suite struct SliceDecorationTests {
        /// Writes of pods that were asked for by this user; nil: by anybody.
        private static func podWrites(_ stage: Stage) async -> Int {
            await stage.sandbox.control.log.count { $0.kind == .pods && !["get", "list", "watch"].contains($0.verb) }
        }

        /// Grants what `rbac` prints for a group, and lets the token `least` in with it.
        private static func grant(
            _ group: String,
            on stage: Stage,
            _ change: (String) -> String = { $0 }
        ) async throws {
            let file = try stage.write("rights.yaml", configuration: [group])
            let (manifests, code) = try await SupervisorProcess.finish(
                ["rbac", "--leader-elect", "false", "--config", file]
            )
            try #require(code == 0, "\(manifests)")
            try await stage.sandbox.apply(change(manifests))
            await stage.sandbox.authentication.admit(
                token: "least",
                .serviceAccount("kube-standby", namespace: "default")
            )
        }

        @Test func labelsFollowTheSlicesAndMoveNothing() async throws {
            try await Stage.withSlices { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.waitForHealth(process)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    #expect(try await stage.waitUntilPublished() == second)
                    let before = await stage.slices().versions.count
                    for (pod, role) in [(first, "active"), (second, "passive"), (second, nil), (first, "other")] {
                        try await stage.label(pod, role: role)
                        #expect(try await stage.waitUntilSettled("web") == second)
                    }
                    #expect(try await stage.waitUntilPublished() == second)
                    #expect(await stage.slices().versions.count == before)
                }
                #expect(await stage.slices().breaches().isEmpty)
            }
        }

        @Test func theCostOfDeletionGoesWithTheLabel() async throws {
            let group = SliceManifests.group("web", "failover: {podDeletionCost: true}")
            try await Stage.withSlices(group) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    try await Self.waitForCosts(stage, active: first)
                    await stage.waitForHealth(process)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    let second = try await stage.waitUntilPublished(otherThan: first)
                    try await Self.waitForCosts(stage, active: second)
                }
                #expect(await stage.slices().breaches().isEmpty)
            }
        }

        private static func waitForCosts(_ stage: Stage, active: String) async throws {
            try await stage.sandbox.wait(for: "the active pod to say that it is to go last") { store in
                await store.list(.pods, namespace: "default").allSatisfy { pod in
                    let isActive = pod["metadata"]["name"] == .string(active)
                    let cost = pod["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"]
                    return cost == (isActive ? "1000" : "0")
                        && pod["metadata"]["labels"]["role"] == (isActive ? "active" : "passive")
                }
            }
        }

        @Test func withoutARoleLabelNoPodIsEverWritten() async throws {
            try await Stage.withSlices(SliceManifests.group("web", "roleLabel: null")) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilPublished(otherThan: first)
                    _ = await process.log.wait(for: "move complete", "the active pod is unhealthy")
                }
                #expect(await Self.podWrites(stage) == 0)
                #expect(await stage.audit("web").mostActive == 0)
            }
        }

        /// What `rbac` prints is enough, and nothing that is asked for is refused.
        @Test func theRightsOfTheModeSuffice() async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                let group = SliceManifests.group("web")
                try await Self.grant(group, on: stage)
                let arguments = try await stage.arguments(groups: [group], token: "least")
                _ = try await SupervisorProcess.run(arguments + ["--log-level", "debug"]) { process in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.waitForHealth(process)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.store.delete(Stage.slice("web"))
                    #expect(try await stage.waitUntilPublished() == second)
                    #expect(!(await process.log.text).contains("may not"))
                }
            }
        }

        @Test func withoutTheRightToWritePodsItMovesAndSaysSo() async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                try await Self.grant(SliceManifests.group("web", "roleLabel: null"), on: stage)
                let arguments = try await stage.arguments(groups: [SliceManifests.group("web")], token: "least")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    _ = await process.log.wait(for: "its role label cannot be written", "may not patch pods")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilPublished(otherThan: first)
                }
                #expect(await stage.slices().breaches().isEmpty)
                #expect(await stage.audit("web").mostActive == 0)
            }
        }

        @Test func withoutTheRightToWriteSlicesNothingMovesUntilItIsGranted() async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                let group = SliceManifests.group("web")
                try await Self.grant(group, on: stage)
                let arguments = try await stage.arguments(groups: [group], token: "least")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    let role = ObjectKey(.roles, namespace: "default", name: "kube-standby")
                    let rules = try await stage.sandbox.store.get(role)["rules"]
                    try await stage.sandbox.store.modify(role) { (old) throws(APIFailure) in
                        var new = old
                        let others = (rules.array ?? []).filter {
                            $0["resources"] != ["endpointslices"] || $0["verbs"].array?.contains("patch") != true
                        }
                        new["rules"] = .array(others)
                        return new
                    }
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let line = await process.log.wait(for: "may not patch endpointslices", "403")
                    #expect(line != nil)
                    #expect(await stage.slices().moves() == 0)
                    try await stage.sandbox.store.modify(role) { (old) throws(APIFailure) in
                        var new = old
                        new["rules"] = rules
                        return new
                    }
                    try await stage.waitUntilPublished(otherThan: first)
                }
                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty && slices.moves() == 1)
            }
        }
    }
}
