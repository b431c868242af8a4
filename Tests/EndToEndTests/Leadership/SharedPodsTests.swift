import Glibc
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// A mistake of the file: two groups mean the same pods under the same label key, and two replicas lead them.
    @Suite struct SharedPodsTests {
        /// Selects the pods of `web`.
        private static let store = Manifests.service("web").replacing(
            "metadata: {name: web}",
            with: "metadata: {name: store}"
        )

        @Test func theSecondGroupOfTheFileWaitsForTheFirstWhicheverReplicaLeadsIt() async throws {
            let groups = [Manifests.group("web"), Manifests.group("store")]
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Self.store)
                try await ReplicaStage.run(["a", "b"], groups, on: stage, .init(shards: 2)) { replicas in
                    try await replicas.waitForShares(among: ["a", "b"])
                    // `web` is in shard 1, `store` in shard 0.
                    let (first, second) = (
                        try await replicas.waitForLeader(of: 1), try await replicas.waitForLeader(of: 0)
                    )
                    try await replicas.wait(second, for: "group.name=store", "is a member of group \"web\", too")
                    var active = try await stage.waitUntilSettled("web")
                    try await ReplicaTests.knows(replicas, first)
                    active = try await ReplicaTests.move(on: stage, from: active)
                    // Now both are led by one replica.
                    try await replicas.send(SIGTERM, to: first)
                    try await replicas.waitForLeader(of: 1, otherThan: first)
                    try await Self.knows(replicas, second, "web")
                    active = try await ReplicaTests.move(on: stage, from: active)
                    let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-store")
                    #expect(await (try? stage.sandbox.store.get(lease)) == nil, "whoever waits writes nothing")
                    // Without its Service the first group means no pods; whoever waited goes on with the pod that is active.
                    _ = try await stage.sandbox.store.delete(ObjectKey(.services, namespace: "default", name: "web"))
                    try await Self.waitForHolder(active, on: lease, stage)
                    try await Self.knows(replicas, second, "store")
                    await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                    try await Self.waitForHolder(nil, otherThan: active, on: lease, stage)
                    try await replicas.wait(second, for: "group.name=store", "move complete")
                }
                let roles = await stage.audit("web")
                #expect(roles.violations.isEmpty && roles.moves == 3, "\(roles.sequence)")
            }
        }

        /// Waits until a replica that leads a group has probed every pod.
        private static func knows(_ replicas: ReplicaStage, _ leader: String, _ group: String) async throws {
            for pod in ReplicaTests.pods {
                try await replicas.wait(leader, for: "group.name=\(group)", "member.name=\(pod)", "healthy")
            }
        }

        /// Waits until a record names a pod.
        private static func waitForHolder(
            _ name: String?,
            otherThan old: String? = nil,
            on lease: ObjectKey,
            _ stage: Stage
        ) async throws {
            try await stage.sandbox.wait(for: "\(lease.name) to name \(name ?? "another pod")") { store in
                guard let holder = try? await store.get(lease)["spec"]["holderIdentity"].string else { return false }
                return name.map { holder == $0 } ?? (holder != old)
            }
        }
    }
}
