import Foundation
import Testing

@testable import KubernetesClient
@testable import Supervision

/// Which supervisors are believed about which groups.
@Suite struct TrustedPlacesTests {
    private static func record(_ name: String, in namespace: String = "shop", writer: String) throws -> RecordedGroup {
        let text = """
            {"metadata": {"name": "kube-standby-\(name)", "namespace": "\(namespace)",
              "annotations": {"kube-standby.io/writer": "\(writer)"}}}
            """
        return try #require(RecordedGroup(try JSONDecoder().decode(Lease.self, from: Data(text.utf8))))
    }

    private static func lease(_ holder: String, in namespace: String, kind: String = "shard") throws -> Lease {
        let text = """
            {"metadata": {"name": "ks.shard-0-of-1", "namespace": "\(namespace)",
              "labels": {"kube-standby.io/lease": "\(kind)", "kube-standby.io/lease-name": "ks"}},
             "spec": {"holderIdentity": "\(holder)"}}
            """
        return try JSONDecoder().decode(Lease.self, from: Data(text.utf8))
    }

    private static func place(_ pod: String, in namespace: String) -> SupervisorPods.Place {
        .init(namespace: namespace, pod: pod)
    }

    private static let (web, api) = (
        MergedGroups.Key(namespace: "shop", name: "web"), MergedGroups.Key(namespace: "shop", name: "api")
    )
    private static let (ours, evil) = (place("standby-1", in: "ops"), place("evil", in: "aaa"))

    private static func trust(
        _ records: [RecordedGroup],
        _ leases: [Lease],
        given: String? = nil
    ) -> TrustedPlaces {
        TrustedPlaces(records, SupervisorPods(leases), given: given)
    }

    /// A Lease of a shard in a namespace of one's own shows nothing, nor does a group there.
    @Test func aForeignLeaseIsNotBelieved() throws {
        let records = [
            try Self.record("web", writer: "standby-1_1"), try Self.record("own", in: "aaa", writer: "evil_x"),
        ]
        let leases = [try Self.lease("evil_x", in: "aaa"), try Self.lease("standby-1_1", in: "ops")]
        let trust = Self.trust(records, leases)
        #expect(trust.believes(Self.ours, of: Self.web) && !trust.believes(Self.evil, of: Self.web))
        // About groups of its own namespace it may say what it likes, and about those that have no Lease in another it may not.
        #expect(trust.believes(Self.evil, of: .init(namespace: "aaa", name: "ghost")))
        #expect(!trust.believes(Self.evil, of: .init(namespace: "bank", name: "ghost")))
        #expect(trust.heard(among: [Self.evil, Self.ours]).contains(Self.ours) && trust.conflict == nil)
        let fakes = (0..<64).map { Self.place("evil-\($0)", in: "bbb") }
        #expect(trust.heard(among: fakes + [Self.ours]) == [Self.ours])
        let many = (0..<64).map { Self.place("evil-\($0)", in: "aaa") }
        #expect(trust.heard(among: many + [Self.ours]).prefix(2).contains(Self.ours))
        #expect(!Self.trust(records, leases, given: "data").believes(Self.evil, of: Self.web))
        #expect(Self.trust(records, leases, given: "aaa").believes(Self.evil, of: Self.web))
    }

    /// Who leads since the last write is another pod than who wrote.
    @Test(arguments: ["shard", "replica"]) func aHandoverWithoutAWriteIsNoReasonForDoubt(kind: String) throws {
        let leases = [try Self.lease("standby-1_2", in: "ops"), try Self.lease("standby-0_1", in: "ops", kind: kind)]
        let held = Self.trust([try Self.record("web", writer: "standby-0_1")], leases)
        #expect(held.believes(Self.ours, of: Self.web) && held.believes(Self.ours, of: Self.api))
        // The one that wrote is gone; another group of the namespace shows where supervisors are.
        let records = [try Self.record("web", writer: "gone_9"), try Self.record("api", writer: "standby-1_2")]
        #expect(Self.trust(records, leases).believes(Self.ours, of: Self.web))
    }

    /// All supervisors were replaced since the last move: those of the only namespace that has any are meant, if there is no other.
    @Test func whereNothingShowsAnythingTheOnlyOnesAreBelieved() throws {
        let records = [try Self.record("web", writer: "gone_9")]
        let leases = [try Self.lease("standby-1_2", in: "ops")]
        let alone = Self.trust(records, leases)
        #expect(alone.believes(Self.ours, of: Self.web) && alone.heard(among: [Self.ours]) == [Self.ours])
        let both = Self.trust(records, leases + [try Self.lease("evil_x", in: "aaa")])
        for place in [Self.ours, Self.evil] { #expect(!both.believes(place, of: Self.web)) }
        #expect(both.heard(among: [Self.ours, Self.evil]).isEmpty)
    }

    /// The whole identity can be read by whoever may read the group's Lease.
    @Test func twoThatClaimToBeTheSameAreNotBelieved() throws {
        let leases = [try Self.lease("standby-1_1", in: "aaa"), try Self.lease("standby-1_1", in: "ops")]
        let copy = Self.place("standby-1", in: "aaa")
        let trust = Self.trust([try Self.record("web", writer: "standby-1_1")], leases)
        #expect(!trust.believes(Self.ours, of: Self.web) && !trust.believes(copy, of: Self.web))
        let words = try #require(trust.conflict)
        #expect(words.contains("in aaa and in ops") && words.contains("shop"), "\(words)")
        let given = Self.trust([try Self.record("web", writer: "standby-1_1")], leases, given: "ops")
        #expect(given.believes(Self.ours, of: Self.web) && !given.believes(copy, of: Self.web) && given.conflict == nil)
    }

    @Test func theGroupsOwnNamespaceComesFirst() throws {
        let leases = [try Self.lease("standby-1_1", in: "aaa"), try Self.lease("standby-1_1", in: "shop")]
        let trust = Self.trust([try Self.record("web", writer: "standby-1_1")], leases)
        #expect(trust.believes(Self.place("standby-1", in: "shop"), of: Self.web) && trust.conflict == nil)
        #expect(!trust.believes(Self.place("standby-1", in: "aaa"), of: Self.web))
    }
}
