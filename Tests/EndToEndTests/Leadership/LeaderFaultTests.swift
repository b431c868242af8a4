import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// A leader that is cut off, frozen, disowned, ahead of its time, or gone in the middle of a switch.
    @Suite struct LeaderFaultTests {
        /// Becomes the binary, whose wall clock is set forward by an hour after ten seconds; ends with it.
        private static let fastClock = [
            "/usr/bin/env", "FAKETIME_START_AFTER_SECONDS=10", "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "DONT_FAKE_MONOTONIC=1",
            "faketime", "-m", "-f", "+1h", "setpriv", "--pdeathsig", "KILL", "--",
        ]

        @Test func aFrozenLeaderWritesNothingWhenItWakesUp() async throws {
            try await Stage.run { stage in
                try await ReplicaTests.withWeb(["a", "b"], on: stage) { replicas, leader, active in
                    try await replicas.send(SIGSTOP, to: leader)
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    try await ReplicaTests.knows(replicas, next)
                    #expect(await stage.audit("web").moves == 0)
                    let second = try await ReplicaTests.move(on: stage, from: active)
                    try await replicas.send(SIGCONT, to: leader)
                    try await replicas.wait(leader, for: "another replica holds the shard")
                    _ = try await ReplicaTests.move(on: stage, from: second)
                    try await replicas.send(SIGTERM, to: next)
                    #expect(try await replicas.waitForLeader(otherThan: next) == leader)
                }
                await ReplicaTests.expectOrder(on: stage, moves: 2)
            }
        }

        /// Writes of a move: the intent, the demotion, the promotion, and how long it took.
        @Test(arguments: [(1, SIGKILL), (2, SIGKILL), (3, SIGKILL), (4, SIGKILL), (1, SIGSTOP), (2, SIGSTOP)])
        func aSwitchThatIsCutInHalfIsFinishedByTheNextLeader(writes: Int, signal: Int32) async throws {
            try await Stage.run { stage in
                try await ReplicaTests.withWeb(["a", "b"], on: stage) { replicas, leader, active in
                    let process = try await replicas.process(leader)
                    let counter = WriteCounter(limit: writes)
                    let epoch = try await stage.epoch(of: "web")
                    await stage.sandbox.control.afterEachWrite { request in
                        guard request.kind == .pods || request.name == "kube-standby-web" else { return }
                        // The server may not be through with the last write of the first move.
                        guard let now = try? await stage.epoch(of: "web"), now > epoch else { return }
                        if await counter.count() { process.send(signal) }
                    }
                    await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    await stage.sandbox.control.afterEachWrite(nil)
                    let holder = try await stage.waitUntilSettled("web", otherThan: active)
                    try await stage.sandbox.waitForEndpoints([holder], of: "web")
                    if signal == SIGSTOP {
                        process.send(SIGCONT)
                        try await replicas.wait(leader, for: "another replica holds the shard")
                        #expect(await replicas.holder() == next)
                    }
                }
                await ReplicaTests.expectOrder(on: stage, moves: 1)
            }
        }

        /// The pod that is waited for has stopped before there is another leader, which has looked on.
        @Test func whatStopsWhileNobodyLeadsWasSeen() async throws {
            try await Stage.run { stage in
                let gate = "failover: {promotionGate: {method: DeletePod}}"
                try await ReplicaTests.withWeb(["a", "b"], group: gate, on: stage) { replicas, leader, active in
                    let process = try await replicas.process(leader)
                    await stage.sandbox.control.afterEachWrite { request in
                        if request.verb == "delete", request.kind == .pods { process.send(SIGKILL) }
                    }
                    await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                    _ = try await replicas.waitForLeader(otherThan: leader)
                    await stage.sandbox.control.afterEachWrite(nil)
                    try await stage.waitUntilSettled("web", otherThan: active)
                }
                await ReplicaTests.expectOrder(on: stage, moves: 1)
            }
        }

        /// Counts writes up to a limit.
        private actor WriteCounter {
            private var left: Int

            init(limit: Int) { left = limit }

            /// Whether this was the last.
            func count() -> Bool {
                left -= 1
                return left == 0
            }
        }

        @Test func whileTheAPIServerIsAwayNothingIsWrittenAndAfterwardsOneLeads() async throws {
            try await Stage.run { stage in
                try await ReplicaTests.withWeb(["a", "b"], on: stage) { replicas, leader, active in
                    await stage.sandbox.server.stop()
                    await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                    try await replicas.wait(leader, for: "member.name=\(active)", "unhealthy")
                    try await replicas.wait(leader, for: "could not be renewed in time")
                    #expect(await stage.audit("web").sequence.last == [active])
                    try await stage.sandbox.server.start()
                    let next = try await stage.waitUntilSettled("web", otherThan: active)
                    try await stage.sandbox.waitForEndpoints([next], of: "web")
                }
                await ReplicaTests.expectOrder(on: stage, moves: 1)
            }
        }

        @Test func aLeaderWhoseTokenIsRevokedIsSucceededAndComesBackAsAStandby() async throws {
            try await Stage.run { stage in
                let admin = Caller(user: "kubernetes-admin", groups: [Caller.masters])
                let tokens = ["a": "token-a", "b": "token-b"]
                for token in tokens.values { await stage.sandbox.authentication.admit(token: token, admin) }
                try await ReplicaTests.withWeb(["a", "b"], .init(tokens: tokens), on: stage) {
                    replicas,
                    leader,
                    active in
                    let token = "token-\(leader)"
                    await stage.sandbox.authentication.expire(token: token)
                    try await replicas.wait(leader, for: "could not be renewed in time")
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    try await ReplicaTests.knows(replicas, next)
                    #expect(await stage.audit("web").moves == 0)
                    _ = try await ReplicaTests.move(on: stage, from: active)
                    await stage.sandbox.authentication.admit(token: token, admin)
                    try await replicas.wait(leader, for: "another replica holds the shard")
                    try await replicas.send(SIGTERM, to: next)
                    #expect(try await replicas.waitForLeader(otherThan: next) == leader)
                }
                await ReplicaTests.expectOrder(on: stage, moves: 1)
            }
        }

        private static let isSanitized = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] != nil

        /// The times on a Lease are for people: who is an hour ahead neither takes a Lease nor loses one.
        @Test(
            .disabled(if: isSanitized, "libfaketime and the thread sanitizer do not go together"),
            .enabled(
                if: ShellRun.works("faketime -m -f +1h setpriv --pdeathsig KILL -- true"),
                "faketime is not installed"
            ),
            arguments: ["a", "b"]
        ) func aWallClockThatIsSetForwardChangesNothing(whose: String) async throws {
            try await Stage.run { stage in
                let options = ReplicaStage.Options(launchers: [whose: Self.fastClock])
                try await ReplicaTests.withWeb(["a"], options, on: stage) { replicas, leader, active in
                    await replicas.start("b")
                    try await replicas.waitForRenewalInTheFuture(by: whose)
                    await replicas.waitForRenewals(3, by: leader)
                    #expect(await replicas.holder() == leader && leader == "a")
                    #expect(await stage.audit("web").moves == 0)
                    try await replicas.send(SIGKILL, to: leader)
                    try await replicas.waitForLeader(otherThan: leader)
                    // A supervisor whose own clock jumped doubts its probes for a while.
                    if whose == leader { _ = try await ReplicaTests.move(on: stage, from: active) }
                }
                await ReplicaTests.expectOrder(on: stage, moves: whose == "a" ? 1 : 0)
            }
        }
    }
}
