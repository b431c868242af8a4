import FailoverCore
import KubernetesClient
import Leadership
import Testing

@testable import Supervision

/// Who lives, and what other shards are held, as the watch shows it.
@Suite struct LeaseDirectoryTests {
    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds * 1e9))
    }

    /// `renewal`: seconds, by whatever clock.
    private static func lease(_ name: String, _ holder: String, kind: String, renewal: Int64 = 0) -> Lease {
        var lease = Lease(metadata: ObjectMeta(name: name, namespace: "default"), spec: .init())
        lease.metadata.labels = [ShardLease.Label.kind: kind]
        lease.spec?.holderIdentity = holder
        lease.spec?.leaseDurationSeconds = 15
        lease.spec?.renewTime = MicroTime(microseconds: renewal * 1_000_000)
        return lease
    }

    private static func replica(_ holder: String, renewal: Int64 = 0) -> Lease {
        lease("ks.replica-\(holder)", holder, kind: "replica", renewal: renewal)
    }

    private func identities(_ directory: LeaseDirectory, at seconds: Double) -> [String] {
        directory.replicas(at: Self.at(seconds)).compactMap(\.view.holder)
    }

    /// By when its renewal was seen, whatever time it names.
    @Test func whoRenewsLives() {
        var directory = LeaseDirectory(prefix: "ks")
        directory.replace(with: [Self.replica("b", renewal: 9_000), Self.replica("a")], at: Self.at(100))
        #expect(identities(directory, at: 114.9) == ["a", "b"])
        directory.replace(with: [Self.replica("b", renewal: 9_000), Self.replica("a", renewal: 5)], at: Self.at(110))
        #expect(identities(directory, at: 115) == ["a"])
        #expect(directory.nextEnd(after: Self.at(115)) == Self.at(125))
        directory.replace(with: [], at: Self.at(116))
        #expect(identities(directory, at: 116) == [] && directory.nextEnd(after: Self.at(116)) == nil)
    }

    /// All replicas have to plan alike, also when two Leases name one holder.
    @Test func leasesOfOneHolderAreInTheOrderOfTheirNames() {
        let names = (10..<40).map { "ks.replica-\($0)" }
        var directory = LeaseDirectory(prefix: "ks")
        directory.replace(with: names.reversed().map { Self.lease($0, "a", kind: "replica") }, at: Self.at(0))
        #expect(directory.replicas(at: Self.at(1)).compactMap(\.lease.metadata.name) == names)
    }

    @Test func aReleasedLeaseIsNobodys() {
        var directory = LeaseDirectory(prefix: "ks")
        directory.replace(with: [Self.replica("")], at: Self.at(0))
        #expect(identities(directory, at: 1) == [])
    }

    /// A label that somebody set in error must not make us delete what is not ours.
    @Test(arguments: [
        ("ks.replica-a", "replica", true), ("kube-controller-manager", "replica", false),
        ("other.replica-a", "replica", false), ("ks.replica-a", "shard", false), ("ks.shard-0-of-1", "shard", false),
    ]) func onlyLeasesOfReplicasAreLeftOver(name: String, kind: String, isReplica: Bool) {
        var directory = LeaseDirectory(prefix: "ks")
        directory.replace(with: [Self.lease(name, "a", kind: kind)], at: Self.at(0))
        #expect(directory.leftover(at: Self.at(599)) == nil)
        #expect((directory.leftover(at: Self.at(600)) != nil) == isReplica)
        #expect(identities(directory, at: 1).isEmpty == !isReplica)
    }

    @Test func theHeldShardsOfOtherNumbersAreKnown() {
        var directory = LeaseDirectory(prefix: "ks")
        let leases = [
            ("ks.shard-0-of-2", "a"), ("ks.shard-1-of-4", "b"), ("ks.shard-0-of-1", ""), ("ks.shard-9-of-8", "c"),
            ("else.shard-0-of-16", "d"),
        ]
        directory.replace(with: leases.map { Self.lease($0.0, $0.1, kind: "shard") }, at: Self.at(0))
        #expect(directory.heldCounts(besides: 2, at: Self.at(1)) == [4])
        #expect(directory.heldCounts(besides: 8, at: Self.at(1)) == [2, 4])
        #expect(directory.heldCounts(besides: 8, at: Self.at(15)) == [])
    }
}
