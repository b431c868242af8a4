import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// 26: pods whose roles the API server lets nobody write.
    @Suite struct DeniedPodTests {
        /// Runs the supervisor over three healthy pods of which `web-0` is active.
        private func run(
            _ stage: Stage,
            _ body: @Sendable @escaping (SupervisorProcess) async throws -> Void
        ) async throws {
            let arguments = try await stage.arguments(groups: [Manifests.group("web")])
            _ = try await SupervisorProcess.run(arguments) { process in
                try await stage.expect("web", toSettleOn: "web-0")
                for pod in ["web-0", "web-1", "web-2"] {
                    _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                }
                try await body(process)
            }
        }

        /// The next supervisor has to seal the third pod; the first one has done so.
        @Test(arguments: [(true, 403), (false, 403), (true, 404), (true, 409), (true, 500)])
        func aFailoverGoesOnBesideAThirdPod(isRestarted: Bool, code: Int) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                if isRestarted { try await run(stage) { _ in } }
                try await run(stage) { _ in
                    let before = await stage.patches(of: "web-2")
                    await stage.deny("web-2", Denial(by: .webhook(code: code)))
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    try await stage.sandbox.waitForEndpoints(["web-1"], of: "web")
                    if isRestarted { #expect(await stage.patches(of: "web-2") > before) }
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// About one pod a webhook has to be asked that cannot be called: nothing is written on it, and the others are as they were.
        @Test(arguments: [("web-1", "web-2"), ("web-2", "web-1")])
        func aFailoverGoesOnWhereAWebhookCannotBeCalled(about pod: String, expected: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { _ in }
                try await run(stage) { _ in
                    await stage.deny(pod, Denial(by: .unreachableWebhook))
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: expected)
                    try await stage.sandbox.waitForEndpoints([expected], of: "web")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// A webhook gives the code that it likes: one that denies with 404 does not make the pod a pod that is gone.
        @Test(arguments: [404, 409, 500]) func nobodyElseIsPromotedWhileTheActivePodCannotBeDemoted(
            code: Int
        ) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { process in
                    await stage.deny("web-0", Denial(by: .webhook(code: code)))
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "switch waits", "member.name=web-0", "denied")
                    #expect(await stage.audit("web").sequence.last == ["web-0"])
                    await stage.sandbox.control.removeFaults()
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// Without the record of before, another supervisor may be promoting the third pod at this very moment.
        @Test func aFailoverWaitsForOneThatSomebodyMayBePromoting() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { _ in }
                try await stage.sandbox.store.delete(
                    ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                )
                try await run(stage) { process in
                    await stage.deny("web-2")
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "switch waits", "to=web-1", "member.name=web-2", "denied")
                    try await stage.waitForEvent("SealBlocked", of: "web", "pod web-2 cannot be written")
                    #expect(await stage.audit("web").sequence.last == ["web-0"], "nobody was demoted")
                    await stage.sandbox.control.removeFaults()
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test(arguments: [
            Denial(), Denial(by: .policy), Denial(by: .webhook(code: 400)), Denial(by: .webhook(code: 500)),
        ])
        func aSwitchoverToOneIsRefusedAndNobodyWasDemoted(denial: Denial) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { process in
                    await stage.deny("web-1", denial)
                    let answer = try await stage.request(["switchover", "web", "--to", "web-1"])
                    #expect(answer.code == 1)
                    #expect(answer.text.hasPrefix("web: refused: pod web-1 cannot be written: "), "\(answer.text)")
                    #expect(answer.text.contains("denied") && answer.text.contains("the sandbox was asked to deny it"))
                    try await stage.expect("web", toSettleOn: "web-0")
                    _ = await process.log.wait(for: "move withdrawn", "to=web-1", "denied")
                    try await stage.waitForEvent("MoveWithdrawn", of: "web", "not to web-1: pod web-1 cannot be")
                    // It is not told as a move, and the way to the others is free.
                    #expect(try await !stage.request(["history", "web"]).text.contains("switchover"))
                    #expect(try await stage.request(["switchover", "web"]).text.contains("from web-0 to web-2"))
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty)
                #expect(audit.sequence.filter { $0.isEmpty }.count <= 2, "at the start, and in the move to web-2")
                #expect(audit.sequence.filter { !$0.isEmpty } == [["web-0"], ["web-2"]])
            }
        }

        @Test func aSwitchoverFromOneIsRefused() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { process in
                    await stage.deny("web-0")
                    let answer = try await stage.request(["switchover", "web", "--to", "web-1"])
                    #expect(answer.code == 1)
                    #expect(answer.text.hasPrefix("web: refused: pod web-0 cannot be written: "), "\(answer.text)")
                    _ = await process.log.wait(for: "move withdrawn", "to=web-1", "pod web-0 cannot be written")
                    try await stage.expect("web", toSettleOn: "web-0")
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        /// What a webhook that knows no dry run does, only the write itself tells; then somebody else gets the role.
        @Test func whatATrialDoesNotTellIsMadeGood() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { _ in
                    await stage.deny("web-1", Denial(by: .webhookWithoutDryRun(code: 403)))
                    let answer = try await stage.request(["switchover", "web", "--to", "web-1"])
                    #expect(answer.code == 1)
                    #expect(answer.text == "web: refused: pod web-1 cannot be written; the role went to web-0")
                    try await stage.expect("web", toSettleOn: "web-0")
                    try await stage.sandbox.waitForEndpoints(["web-0"], of: "web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func aFailoverToOneEndsOnAnotherAndTellsHowLongNobodyWasActive() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await run(stage) { process in
                    await stage.deny("web-1")
                    // It is read before each further attempt.
                    await stage.sandbox.control.add(
                        Fault(.delay(.seconds(2)), verb: "get", kind: .pods, name: "web-1")
                    )
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    _ = await process.log.wait(for: "switch waits", "to=web-1", "member.name=web-1", "denied")
                    _ = await process.log.wait(for: "move complete", "to=web-2")
                    try await stage.waitForEvent("SwitchWaiting", of: "web", "web-1")
                    try await theHistoryIsTrue(stage)
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        private struct Move: Decodable {
            var cause: String
            var to: String?
            var nobodyActiveSeconds: Double?
        }

        private func theHistoryIsTrue(_ stage: Stage) async throws {
            // How long it took is written after the move is complete.
            try await stage.sandbox.wait(for: "the move to be told") { store in
                let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                let annotations = (try? await store.get(key))?["metadata"]["annotations"]
                let moves = annotations?["kube-standby.io/history"].string.flatMap { JSONValue(json: Array($0.utf8)) }
                return moves?.array?.last?["nobodyActiveSeconds"] ?? .null != .null
            }
            let json = try await stage.request(["history", "web", "-o", "json"]).text
            let moves = try JSONDecoder().decode([Move].self, from: Data(json.utf8))
            #expect(moves.map(\.cause) == ["NoActive", "ActiveUnhealthy", "TargetRefused"])
            #expect(moves.map(\.to) == ["web-0", "web-1", "web-2"])
            let told = try #require(moves.last?.nobodyActiveSeconds)
            let gap = try #require(await stage.gap(from: "web-0", to: "web-2"))
            #expect(gap > 4, "web-1 was read twice before it was given up")
            #expect((gap / 2...gap * 2).contains(told), "\(told) s of \(gap) s")
            let table = try await stage.request(["history", "web"]).text
            #expect(table.contains("the API server denies the promotion of another pod"), "\(table)")
        }
    }
}

extension Stage {
    /// How often it was asked to change a pod.
    fileprivate func patches(of pod: String) async -> Int {
        await sandbox.control.log.count { $0.verb == "patch" && $0.kind == .pods && $0.name == pod }
    }

    /// Nobody may change a pod any more.
    fileprivate func deny(_ pod: String, _ denial: Denial = Denial()) async {
        await sandbox.control.add(Fault(.deny(denial), kind: .pods, name: pod))
    }
}
