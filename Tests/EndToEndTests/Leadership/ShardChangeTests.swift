import Glibc
import Leadership
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// `--shards` changes by a rolling restart, so that for a while replicas of two numbers run side by side.
    @Suite struct ShardChangeTests {
        private static let groups = (0..<6).map { "g\($0)" }
        private static let options = ReplicaStage.Options(shards: 2, shardsOf: ["c": 3, "d": 3])
        private static let waits = "shards of another --shards are held, none is taken until they are released"

        /// The replicas `a` and `b` are replaced by `c` and `d`; the last of the old ones goes by `signal`.
        @Test(arguments: [SIGTERM, SIGKILL])
        func shardsOfAnotherNumberAreTakenOnceNoneOfTheOldIsHeld(signal: Int32) async throws {
            try await Stage.run { stage in
                let groups = Self.groups.map { Manifests.group($0) }
                try await ReplicaStage.run(["a", "b"], groups, on: stage, Self.options) { replicas in
                    try await replicas.waitForShares(among: ["a", "b"])
                    // Not before: whoever hands a group over in its first move leaves nobody who knows how long that took.
                    for name in Self.groups { try await stage.place(name, replicas: 2) }
                    let before = try await Self.records(on: stage)
                    await replicas.start("c")
                    try await replicas.wait("c", for: Self.waits)
                    try await replicas.send(SIGTERM, to: "a")
                    try await replicas.waitForShares(among: ["b"])
                    // The last one of the old number leads on, alone.
                    try await Self.fail("g0", on: stage)
                    try await stage.waitUntilSettled("g0", otherThan: before["g0"]?.holder)
                    await replicas.start("d")
                    try await replicas.wait("d", for: Self.waits)
                    #expect(await replicas.shares(of: 3).isEmpty)
                    // One fails at the moment at which nobody may lead.
                    try await Self.fail("g1", on: stage)
                    try await replicas.send(signal, to: "b")
                    try await replicas.waitForShares(among: ["c", "d"], of: 3)
                    try await stage.waitUntilSettled("g1", otherThan: before["g1"]?.holder)
                    let untouched = Self.groups.dropFirst(2)
                    let after = try await Self.records(on: stage)
                    for name in untouched { #expect(after[name] == before[name]) }
                    for name in untouched { try await Self.expectMove(of: name, replicas) }
                }
                for name in Self.groups { await ReplicaTests.expectOrder(on: stage, name, moves: 1) }
                let audit = ShardAudit(await stage.sandbox.store.history)
                #expect(audit.overlaps.isEmpty && audit.holders == [2: ["a", "b"], 3: ["c", "d"]], "\(audit)")
            }
        }

        /// What a group's record says.
        private struct Record: Equatable {
            var holder: String
            var epoch: JSONValue
            var history: String?
        }

        /// The records, once all moves have ended and it is on record how long they took.
        private static func records(on stage: Stage) async throws -> [String: Record] {
            var records: [String: Record] = [:]
            for name in groups {
                let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)")
                let holder = try await stage.waitUntilSettled(name)
                try await stage.waitForTheEndOfAMove(of: name)
                let lease = try await stage.sandbox.store.get(key)
                records[name] = Record(
                    holder: holder,
                    epoch: lease["spec"]["leaseTransitions"],
                    history: lease["metadata"]["annotations"]["kube-standby.io/history"].string
                )
            }
            return records
        }

        private static func fail(_ group: String, on stage: Stage) async throws {
            let active = try await stage.waitUntilSettled(group)
            await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
        }

        /// A group's active pod fails: the holder of its shard moves the role, and nobody else writes.
        private static func expectMove(of group: String, _ replicas: ReplicaStage) async throws {
            let stage = replicas.stage
            let active = try await stage.waitUntilSettled(group)
            await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
            try await stage.waitUntilSettled(group, otherThan: active)
            let shard = ShardMap(count: 3).shard(namespace: "default", name: group)
            let writers = WriterAudit(await stage.sandbox.store.history, group: group).sequence
            let holder = await replicas.holder(of: shard, in: 3)
            #expect(writers.last.flatMap { ReplicaStage.name(in: .string($0)) } == holder, "\(group): \(writers)")
        }
    }
}
