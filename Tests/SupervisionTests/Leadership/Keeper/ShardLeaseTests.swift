import FailoverCore
import Foundation
import KubernetesClient
import Leadership
import StandbyConfiguration
import Testing

@testable import Supervision

/// Names, and what stands on the Leases of shards and replicas.
@Suite struct ShardLeaseTests {
    // MARK: Names

    @Test(arguments: [
        ("kube-standby", true), ("a", true), ("a-1", true), ("", false), ("-a", false), ("a-", false), ("a.b", false),
        ("A", false), (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false),
    ]) func aPrefixIsADNSLabel(prefix: String, isValid: Bool) {
        #expect(ShardLeaseNames.isValid(prefix) == isValid)
    }

    @Test func aShardsNameTellsWhichItIs() {
        let name = ShardLeaseNames.shard(3, of: 8, prefix: "ks")
        #expect(name == "ks.shard-3-of-8")
        let read = ShardLeaseNames.shard(named: name, prefix: "ks")
        #expect(read?.shard == 3 && read?.count == 8)
    }

    @Test(arguments: [
        "ks.shard-8-of-8", "ks.shard--1-of-8", "ks.shard-03-of-8", "ks.shard-0-of-0", "ks.shard-0-of-257",
        "ks.shard-1-of",
        "ks.shard-1-in-8", "other.shard-1-of-8", "ks.replica-a", "ks.shard-1-of-8-of-8", "ks.shard-+1-of-8", "",
    ]) func whatIsNoShardsNameIsNone(name: String) {
        #expect(ShardLeaseNames.shard(named: name, prefix: "ks") == nil)
    }

    @Test(arguments: [
        ("web-0-5c1f", "ks.replica-web-0-5c1f"), ("Host_1", "ks.replica-host-1-35fee94cf19e9ab1"),
        ("a/b", "ks.replica-a-b-"), ("a.b", "ks.replica-a-b-"),
    ]) func aReplicasNameIsAValidOne(identity: String, start: String) {
        let name = ShardLeaseNames.replica(identity, prefix: "ks")
        #expect(name.hasPrefix(start.prefix(18)))
        #expect(name.wholeMatch(of: /[a-z0-9]([-a-z0-9.]*[a-z0-9])?/) != nil && name.utf8.count <= 253)
    }

    @Test func longIdentitiesStayApart() {
        let long = String(repeating: "x", count: 400)
        let names = Set(
            [long + "1", long + "2", "a_b", "a-b", "A-B"].map { ShardLeaseNames.replica($0, prefix: "ks") }
        )
        #expect(names.count == 5 && names.allSatisfy { $0.utf8.count <= 253 })
    }

    // MARK: Contents

    private static func write(_ holder: String?, keepsAcquireTime: Bool = false) -> LeaseWrite {
        var write = LeaseWrite(holder: holder)
        write.keepsAcquireTime = keepsAcquireTime
        return write
    }

    private static func lease(_ write: LeaseWrite, base: Lease?, at seconds: Double) -> Lease {
        ShardLease.lease(
            write,
            name: "l",
            namespace: "n",
            base: base,
            labels: ["ours": "1"],
            annotations: ["ours": "2"],
            now: Date(timeIntervalSince1970: seconds)
        )
    }

    @Test func aRenewalKeepsSinceWhenItIsHeld() {
        let first = Self.lease(Self.write("me"), base: nil, at: 100)
        #expect(first.spec?.acquireTime == first.spec?.renewTime && first.metadata.name == "l")
        let second = Self.lease(Self.write("me", keepsAcquireTime: true), base: first, at: 105)
        #expect(second.spec?.acquireTime == first.spec?.acquireTime && second.spec?.renewTime?.seconds == 105)
    }

    /// Candidates look for a change, so that each renewal must be one.
    @Test func aClockThatStandsStillRenewsAllTheSame() {
        let first = Self.lease(Self.write("me"), base: nil, at: 100)
        let second = Self.lease(Self.write("me", keepsAcquireTime: true), base: first, at: 100)
        #expect(ShardLease.view(of: first).renewal + 1 == ShardLease.view(of: second).renewal)
    }

    @Test func aReleaseLeavesWhatItsHolderNoted() {
        let held = Self.lease(Self.write("me"), base: nil, at: 100)
        var released = Self.write(nil)
        released.transitions = 4
        let lease = Self.lease(released, base: held, at: 101)
        #expect(lease.spec?.holderIdentity == "" && lease.metadata.annotations == ["ours": "2"])
        #expect(ShardLease.view(of: lease).holder == nil && lease.spec?.leaseTransitions == 4)
    }

    @Test func anEmptyLeaseIsNobodys() {
        let view = ShardLease.view(of: Lease(metadata: ObjectMeta(), spec: nil))
        #expect(view == LeaseView(version: ObjectVersion(""), holder: nil, duration: nil, transitions: 0, renewal: 0))
    }

    // MARK: Configurations

    @Test func theHashMindsWhatTheFileSaysAndNotItsOrder() throws {
        let map = ShardMap(count: 2)
        func mark(_ texts: String...) throws -> ConfigurationMark {
            ConfigurationMark(try Samples.configuration(list: texts), namespace: "default", map: map)
        }
        let (web, db) = (Samples.text("web"), Samples.text("db", service: "db"))
        let both = try mark(web, db)
        #expect(try mark(db, web) == both)
        #expect(try mark("{service: web, name: web, probe: {tcpSocket: {port: 80}}}", db) == both)
        let other = try mark(Samples.text("web", ", failover: {cooldownSeconds: 7}"), db)
        #expect(other.hash != both.hash && other.digests == both.digests)
        #expect(try mark(web).digests != both.digests)
    }

    /// Replicas whose files connect groups in different ways do not take each other's shards for the same.
    @Test func groupsThatNameEachOtherAreInTheShardOfTheSmallestName() throws {
        let map = ShardMap(count: 16)
        let names = (0..<6).map { "g\($0)" }
        func digests(_ more: [String: String] = [:]) throws -> [String] {
            let list = names.map { Samples.text($0, service: $0, more[$0] ?? "") }
            return ConfigurationMark(try Samples.configuration(list: list), namespace: "default", map: map).digests
        }
        let empty = map.digests(of: [(namespace: String, name: String)]())[0]
        #expect(try digests().count { $0 != empty } > 2, "they are in many")
        let chain = try digests(["g1": ", sync: [g0]", "g3": ", sync: [g1, g2]", "g5": ", apartFrom: [g4, g3]"])
        let home = map.shard(namespace: "default", name: "g0")
        #expect(chain.enumerated().filter { $0.element != empty }.map(\.offset) == [home])
    }
}
