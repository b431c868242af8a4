import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// Replicas of the supervisor come, go and die; roles move for the pods' sake only.
    @Suite struct ReplicaTests {
        static let pods = ["web-0", "web-1", "web-2"]

        /// Runs replicas on the group `web`; `body` is given the leader and the active pod, once all pods are known to be healthy and
        /// nothing of the first move is left to write.
        static func withWeb(
            _ names: [String],
            _ options: ReplicaStage.Options = .init(),
            group more: String = "",
            on stage: Stage,
            _ body: @Sendable @escaping (ReplicaStage, _ leader: String, _ active: String) async throws -> Void
        ) async throws {
            try await stage.place("web")
            try await ReplicaStage.run(names, [Manifests.group("web", more)], on: stage, options) { replicas in
                let leader = try await replicas.waitForLeader()
                let active = try await stage.waitUntilSettled("web")
                try await knows(replicas, leader)
                try await stage.waitForTheEndOfAMove(of: "web")
                try await body(replicas, leader, active)
            }
        }

        /// Waits until a leader has probed every pod.
        static func knows(_ replicas: ReplicaStage, _ leader: String) async throws {
            for pod in pods { try await replicas.wait(leader, for: "member.name=\(pod)", "healthy") }
        }

        /// The active pod fails, and whoever leads moves the role.
        static func move(on stage: Stage, from active: String) async throws -> String {
            await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
            let next = try await stage.waitUntilSettled("web", otherThan: active)
            try await stage.sandbox.waitForEndpoints([next], of: "web")
            await stage.sandbox.applications.set(.healthy, pod: active, namespace: "default")
            return next
        }

        /// Never two active, never two that wrote in one epoch, and no more moves than there were reasons.
        static func expectOrder(
            on stage: Stage,
            _ group: String = "web",
            moves: Int,
            at location: SourceLocation = #_sourceLocation
        ) async {
            let (roles, writers) = (
                await stage.audit(group), WriterAudit(await stage.sandbox.store.history, group: group)
            )
            #expect(roles.violations.isEmpty && roles.sequence.last?.count == 1, sourceLocation: location)
            #expect(roles.moves == moves, "\(roles.sequence)", sourceLocation: location)
            #expect(writers.contested.isEmpty && writers.returns.isEmpty, "\(writers)", sourceLocation: location)
        }

        @Test func aKilledLeaderIsSucceededAndThatMovesNothing() async throws {
            try await Stage.run { stage in
                try await Self.withWeb(["a", "b"], on: stage) { replicas, leader, active in
                    try await replicas.send(SIGKILL, to: leader)
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    try await Self.knows(replicas, next)
                    #expect(await stage.audit("web").moves == 0)
                    _ = try await Self.move(on: stage, from: active)
                }
                await Self.expectOrder(on: stage, moves: 1)
                #expect(WriterAudit(await stage.sandbox.store.history, group: "web").sequence.count == 2)
            }
        }

        @Test func aLeaderThatEndsGivesItsLeaseBackAndLeavesNoOther() async throws {
            try await Stage.run { stage in
                try await Self.withWeb(["a", "b"], on: stage) { replicas, leader, active in
                    try await replicas.send(SIGTERM, to: leader)
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    try await replicas.waitForEnd(of: leader)
                    let leases = await stage.sandbox.store.list(.leases, namespace: "default")
                    #expect(!leases.contains { $0["metadata"]["name"].string?.contains("replica-\(leader)") ?? false })
                    try await Self.knows(replicas, next)
                    _ = try await Self.move(on: stage, from: active)
                }
                await Self.expectOrder(on: stage, moves: 1)
                let holders = await stage.sandbox.store.history
                    .filter { $0.key.name == "kube-standby.shard-0-of-1" }
                    .map { $0.object["spec"]["holderIdentity"].string ?? "" }
                // Held, released, held by the other, released at the end.
                let changes = holders.enumerated().filter { $0 == 0 || holders[$0 - 1] != $1 }.map(\.element)
                #expect(changes.count == 4 && changes[1].isEmpty && changes[3].isEmpty, "\(changes)")
            }
        }

        @Test func replacingEveryReplicaMovesNothing() async throws {
            try await Stage.run { stage in
                try await Self.withWeb(["a", "b", "c"], on: stage) { replicas, _, active in
                    for (old, new) in [("a", "d"), ("b", "e"), ("c", "f")] {
                        await replicas.start(new)
                        await replicas.waitForSign(of: new)
                        try await replicas.send(SIGTERM, to: old)
                        try await replicas.waitForEnd(of: old)
                        try await replicas.waitForLeader(otherThan: old)
                    }
                    let leader = try await replicas.waitForLeader(otherThan: "a", "b", "c")
                    try await Self.knows(replicas, leader)
                    #expect(await stage.audit("web").moves == 0)
                    _ = try await Self.move(on: stage, from: active)
                }
                await Self.expectOrder(on: stage, moves: 1)
            }
        }

        @Test func shardsAreSharedOutAnewAsReplicasComeAndGo() async throws {
            let names = (0..<6).map { "g\($0)" }
            try await Stage.run { stage in
                for name in names { try await stage.place(name, replicas: 2) }
                let groups = names.map { Manifests.group($0) }
                try await ReplicaStage.run(["a", "b", "c"], groups, on: stage, .init(shards: 6)) { replicas in
                    try await replicas.waitForShares(among: ["a", "b", "c"])
                    for name in names { try await stage.waitUntilSettled(name) }
                    try await replicas.send(SIGKILL, to: "b")
                    try await replicas.waitForShares(among: ["a", "c"])
                    await replicas.start("d")
                    try await replicas.waitForShares(among: ["a", "c", "d"])
                    for name in names { #expect(await stage.audit(name).moves == 0) }
                    // Whoever holds a group's shard now moves it.
                    for name in names {
                        let active = try await stage.waitUntilSettled(name)
                        await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                        try await stage.waitUntilSettled(name, otherThan: active)
                    }
                }
                for name in names { await Self.expectOrder(on: stage, name, moves: 1) }
            }
        }

        @Test func aDryRunTakesNoShardAndObservesAllGroups() async throws {
            let names = (0..<2).map { "g\($0)" }
            try await Stage.run { stage in
                for name in names { try await stage.place(name, replicas: 1) }
                let groups = names.map { Manifests.group($0) }
                let arguments = try await stage.arguments(groups: groups, ["--dry-run", "--shards", "2"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "a dry run takes no Lease")
                    #expect(line?.contains("it observes the groups of all shards") == true)
                    for name in names { _ = await process.log.wait(for: "member.name=\(name)-0", "healthy") }
                }
                #expect(await stage.sandbox.store.list(.leases, namespace: "default").isEmpty)
            }
        }
    }
}

extension Stage {
    /// Waits until it is on record how long a move of a group took.
    func waitForTheEndOfAMove(of name: String) async throws {
        let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)")
        try await sandbox.wait(for: "the end of a move of \(name) on record") { store in
            let history = (try? await store.get(key))?["metadata"]["annotations"]["kube-standby.io/history"].string
            return history?.contains("durationSeconds") ?? false
        }
    }
}
