import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Nodes that are drained, by the real kubectl, with the real binary: the role leaves a pod before its eviction.
    @Suite(.enabled(if: ShellRun.works("command -v kubectl"), "needs kubectl")) struct DrainTests {
        /// Runs a supervisor for a group of two pods, `web-a` on the first node and active, `web-b` on the second.
        private static func run(
            onNodeDrain: String = "Cordon",
            more: String = "",
            _ body: @Sendable @escaping (Stage, SupervisorProcess) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                try await stage.placeOnTwoNodes("web")
                let group = Manifests.group("web", "failover: {onNodeDrain: \(onNodeDrain)\(more)}")
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-a")
                    for pod in ["web-a", "web-b"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    try await body(stage, process)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// Runs kubectl, which has to succeed unless another code is given.
        @discardableResult
        private static func kubectl(_ stage: Stage, _ arguments: String, code: Int = 0) async throws -> String {
            let ran = try await ShellRun.run(
                "kubectl --kubeconfig '\(stage.folder.path(percentEncoded: false))/kubeconfig' \(arguments) 2>&1",
                []
            )
            #expect(ran.code == code, "kubectl \(arguments): \(ran.output)")
            return ran.output
        }

        private static func budget(for stage: Stage) async throws -> (text: String, code: Int) {
            let file = stage.folder.appending(path: "config.yaml").path(percentEncoded: false)
            let kubeconfig = stage.folder.appending(path: "kubeconfig").path(percentEncoded: false)
            let (text, code) = try await SupervisorProcess.finish(
                ["pdb", "--cluster", "--kubeconfig", kubeconfig, "--config", file]
            )
            return (text, code)
        }

        @Test func aDrainWaitsForTheMove() async throws {
            try await Self.run { stage, process in
                let (budget, code) = try await Self.budget(for: stage)
                #expect(code == 0, "\(budget)")
                try await stage.sandbox.apply(budget)
                try await stage.sandbox.wait(for: "the budget to be known") { store in
                    await store.list(.podDisruptionBudgets, namespace: "default").contains {
                        $0["status"]["expectedPods"] != .null
                    }
                }
                try await Self.kubectl(stage, "drain sandbox-node-1 --force --timeout=60s")
                try await stage.expect("web", toSettleOn: "web-b")
                // The budget is the active pod's: from its demotion on, an eviction may come before the other one's promotion.
                let evicted = try #require(
                    await stage.sandbox.store.history.first {
                        $0.key.kind == .pods && $0.key.name == "web-a"
                            && $0.object["metadata"]["deletionTimestamp"] != .null
                    }
                )
                #expect(evicted.object["metadata"]["labels"]["role"] == "passive", "it was demoted before its eviction")
                let gap = try #require(await stage.gap(from: "web-a", to: "web-b"))
                #expect(gap < 1, "nobody is active for longer than a switch takes")
                #expect(await stage.audit("web").moves == 1)
                _ = await process.log.wait(for: "move complete", "node is being drained")
            }
        }

        @Test func aCordonMovesTheRoleAndAnUncordonDoesNot() async throws {
            try await Self.run { stage, process in
                try await Self.kubectl(stage, "cordon sandbox-node-1")
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                try await Self.kubectl(stage, "uncordon sandbox-node-1")
                // Seen for sure: the next cordon leads back.
                try await Self.kubectl(stage, "cordon sandbox-node-2")
                try await stage.expect("web", otherThan: "web-b", toSettleOn: "web-a")
                #expect(await stage.audit("web").moves == 2)
            }
        }

        @Test(arguments: ["ToBeDeletedByClusterAutoscaler=1:NoSchedule", "karpenter.sh/disrupted:NoSchedule"])
        func aTaintMovesTheRole(taint: String) async throws {
            try await Self.run(onNodeDrain: "Taint") { stage, _ in
                // What is no drain for it comes first.
                try await Self.kubectl(stage, "cordon sandbox-node-1")
                try await Self.kubectl(
                    stage,
                    "taint node sandbox-node-1 DeletionCandidateOfClusterAutoscaler=1:PreferNoSchedule"
                )
                try await Self.kubectl(stage, "taint node sandbox-node-1 '\(taint)'")
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                #expect(await stage.audit("web").moves == 1)
            }
        }

        @Test func nothingMovesWhileAllNodesAreCordoned() async throws {
            try await Self.run { stage, process in
                try await Self.kubectl(stage, "cordon sandbox-node-2 sandbox-node-3")
                // The second cordon is seen before the first node's, for they come in this order.
                try await Self.kubectl(stage, "cordon sandbox-node-1")
                try await stage.waitForEvent("DrainWaiting", of: "web", "pod web-a, which is active, is being drained")
                await stage.sandbox.applications.set(.status(500), pod: "web-a", namespace: "default")
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                #expect(await stage.audit("web").moves == 1)
                let lines = await process.log.lines.filter { $0.contains("active pod's node") }
                #expect(lines.isEmpty, "\(lines)")
            }
        }

        /// The right is taken away: it is said once, and the group goes on as if it had not asked.
        @Test func withoutTheRightTheGroupGoesOn() async throws {
            try await Stage.run { stage in
                try await stage.placeOnTwoNodes("web")
                let group = Manifests.group("web", "failover: {onNodeDrain: Cordon}")
                let arguments = try await stage.arguments(groups: [group], token: "few")
                try await stage.sandbox.apply(Manifests.rights)
                await stage.sandbox.authentication.admit(token: "few", .serviceAccount("standby", namespace: "default"))
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-a")
                    for pod in ["web-a", "web-b"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    _ = await process.log.wait(for: "nodes cannot be read")
                    await stage.sandbox.applications.set(.status(500), pod: "web-a", namespace: "default")
                    try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                    #expect(await process.log.lines.count { $0.contains("nodes cannot be read") } == 1)
                }
            }
        }

        /// Nobody who did not ask looks at a node.
        @Test func whoDoesNotAskCostsNothing() async throws {
            try await Self.run(onNodeDrain: "Ignore") { stage, process in
                await stage.sandbox.applications.set(.status(500), pod: "web-a", namespace: "default")
                try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                let requests = await stage.sandbox.control.log.filter { $0.kind == .nodes }
                #expect(requests.isEmpty, "\(requests)")
                let (text, code) = try await Self.budget(for: stage)
                #expect(code == 1 && text.contains("onNodeDrain is Ignore"), "\(text)")
            }
        }
    }
}
