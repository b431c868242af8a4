import Glibc
import Leadership
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `status` and `explain` of a group of a set, which is in another shard than its own name says.
    @Suite struct SurveyedSetTests {
        private static let map = ShardMap(count: 2)
        /// By the smallest name, `app`, both are in this shard.
        private static let home = map.shard(namespace: "default", name: "app")

        /// Puts a replica's pod on the stage, at the address at which its process answers.
        private static func placePod(_ name: String, _ stage: Stage, _ replicas: ReplicaStage) async throws {
            let port = try await replicas.process(name).operationsPort()
            try await stage.sandbox.apply(Stage.pod(name, port: port), namespace: "default")
        }

        /// Runs two replicas, of which neither has written the group's Lease: who did has ended.
        ///
        /// `body` is given the leader of the set and the other replica.
        private static func run(
            _ body: @Sendable @escaping (Stage, ReplicaStage, String, String) async throws -> Void
        ) async throws {
            try await Stage.run { stage in
                for name in ["app", "web"] { try await stage.place(name, replicas: 2) }
                let groups = [Manifests.group("app"), Manifests.group("web", "sync: [app]")]
                let options = ReplicaStage.Options(shards: 2, arguments: ["--listen", "127.0.0.1:0"])
                try await ReplicaStage.run(["one"], groups, on: stage, options) { replicas in
                    try await replicas.waitForShares(among: ["one"])
                    for name in ["app", "web"] { try await stage.waitUntilSettled(name) }
                    for pod in ["app-1", "web-1"] {
                        try await replicas.wait("one", for: "member.name=\(pod)", "member.health=healthy")
                    }
                    // How the moves ended is on record.
                    try await replicas.send(SIGTERM, to: "one")
                    try await replicas.waitForEnd(of: "one")
                    for name in ["two", "three"] { await replicas.start(name) }
                    try await replicas.waitForShares(among: ["two", "three"])
                    for name in ["two", "three"] { try await placePod(name, stage, replicas) }
                    let leader = try #require(await replicas.holder(of: home))
                    let other = try #require(await replicas.holder(of: 1 - home))
                    for pod in ["app-0", "app-1", "web-0", "web-1"] {
                        try await replicas.wait(leader, for: "member.name=\(pod)", "member.health=healthy")
                    }
                    try await body(stage, replicas, leader, other)
                }
            }
        }

        @Test func whoLeadsItIsAskedThoughNothingNamesIt() async throws {
            try #require(Self.map.shard(namespace: "default", name: "web") != Self.home)
            try await Self.run { stage, _, leader, other in
                let lease = try await stage.sandbox.store.get(
                    ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                )
                let writer = lease["metadata"]["annotations"]["kube-standby.io/writer"]
                #expect(ReplicaStage.name(in: writer) == "one", "the Lease names neither of the two")
                for group in ["web", "app"] {
                    let explained = try await stage.request(["explain", group])
                    #expect(explained.code == 0 && !explained.text.contains("missing:"), "\(explained.text)")
                    for words in [
                        "SETTINGS (the supervisor's)", "IF THE ACTIVE POD FAILED NOW\n  \(group)-", " would take over",
                    ] { #expect(explained.text.contains(words), "\(words): \(explained.text)") }
                    let status = try await stage.request(["status", group])
                    #expect(status.code == 0 && status.text.contains("2/2"), "\(status.text)")
                }
                // Who leads it cannot be asked, and the other says that it does not.
                try await stage.sandbox.deletePod(leader, namespace: "default", gracePeriod: 0)
                let explained = try await stage.request(["explain", "web"])
                #expect(explained.code == 0 && !explained.text.contains("IF THE ACTIVE POD"), "\(explained.text)")
                for words in [
                    "missing: the supervisor \(leader) is no pod of namespace default",
                    "missing: \(other) answers, and does not lead web",
                ] { #expect(explained.text.contains(words), "\(words): \(explained.text)") }
            }
        }

        /// Another replica is there, which cannot be asked; what a stranger's namespace says of its shards is nothing.
        @Test func aShardThatNobodyHoldsIsToldAsTheReason() async throws {
            try await Stage.run { stage in
                _ = try await SupervisorProcess.run(try await stage.surveyArguments()) { _ in
                    try await stage.waitUntilSettled("web")
                }
                try await stage.sandbox.createNamespace("aaa")
                for (namespace, name, holder) in [
                    ("default", "ks.shard-0-of-2", "two_1"), ("default", "ks.shard-1-of-2", ""),
                    ("aaa", "ks.shard-0-of-3", "evil_1"), ("aaa", "ks.shard-1-of-3", ""),
                ] {
                    let lease = """
                        apiVersion: coordination.k8s.io/v1
                        kind: Lease
                        metadata:
                          name: \(name)
                          labels: {kube-standby.io/lease: shard, kube-standby.io/lease-name: ks}
                        spec: {holderIdentity: "\(holder)"}
                        """
                    try await stage.sandbox.apply(lease, namespace: namespace)
                }
                let explained = try await stage.request(["explain", "web"])
                for words in [
                    "missing: nobody holds the Lease ks.shard-1-of-2: the groups of that shard are not led",
                    "missing: the supervisor two is no pod of namespace default",
                ] { #expect(explained.text.contains(words), "\(words): \(explained.text)") }
                #expect(explained.code == 0 && !explained.text.contains("of-3"), "\(explained.text)")
            }
        }
    }
}
