import Coordination
import FailoverCore
import KubernetesClient
import Sandbox
import Testing

@testable import Supervision

/// One shard, which is plain leader election.
@Suite(.timeLimit(.minutes(5))) struct ElectionTests {
    private static let shard = "ks.shard-0-of-1"

    // MARK: Taking and renewing

    @Test func whoeverIsFirstLeadsAndSaysSoOnTheLease() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let lease = try await stage.lease(Self.shard)
            #expect(lease.spec?.holderIdentity == "a" && lease.spec?.leaseDurationSeconds == 15)
            #expect(lease.spec?.leaseTransitions == 0 && lease.spec?.acquireTime == lease.spec?.renewTime)
            #expect(lease.metadata.labels == ["kube-standby.io/lease": "shard", "kube-standby.io/lease-name": "ks"])
            #expect(
                Set((lease.metadata.annotations ?? [:]).keys) == [
                    "kube-standby.io/configuration", "kube-standby.io/groups",
                ]
            )
            #expect(a.supervising.authority(0)?.timeLeft(at: stage.clock.now) == .seconds(10))
            await stage.log.wait {
                a.keeper.status.shards.map(\.isOurs) == [true] && a.keeper.status.counts.acquired == 1
            }
            await a.crash()
        }
    }

    @Test func aRenewalExtendsTheAuthorityAndKeepsSinceWhen() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let first = try await stage.lease(Self.shard)
            let authority = try #require(a.supervising.authority(0))
            for _ in 0..<2 {
                let extended = authority.nextChange()
                await stage.renewal(of: Self.shard, "ks.replica-a")
                await extended.wait()
                #expect(authority.timeLeft(at: stage.clock.now) == .seconds(10))
            }
            let second = try await stage.lease(Self.shard)
            #expect(
                first.spec?.acquireTime == second.spec?.acquireTime && first.spec?.renewTime != second.spec?.renewTime
            )
            #expect(second.spec?.leaseTransitions == 0 && stage.log.lines(with: "a taken").count == 1)
            await a.crash()
        }
    }

    @Test func itAsksForNothingButRenewals() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b")
            await stage.log.wait(for: "b sees 0:a of a,b")
            await stage.log.wait(for: "a sees 0:a of a,b")
            _ = await stage.sandbox.control.requests("watch", of: .leases, count: 2)
            let before = await stage.sandbox.control.log.count
            for _ in 0..<3 { await stage.renewal(of: Self.shard, "ks.replica-a", "ks.replica-b") }
            let asked = await stage.sandbox.control.log.dropFirst(before)
            #expect(asked.allSatisfy { $0.verb == "update" } && asked.count == 9, "\(asked.map(\.verb))")
            #expect(b.logs.lines.filter { $0.hasPrefix("notice:") } == ["notice: standing by holders=a"])
            #expect(!a.logs.lines.contains { $0.contains("standing by") })
            await a.crash()
            await b.crash()
        }
    }

    // MARK: Passing on

    @Test func aCrashedLeadersLeaseIsTakenWhenItIsOver() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b")
            await stage.log.wait(for: "b sees 0:a of a,b")
            await a.crash()
            await stage.renewal(of: "ks.replica-b")
            await stage.renewal(of: "ks.replica-b")
            #expect(stage.log.lines(with: "b taken").isEmpty)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: "b taken 0")
            let lease = try await stage.lease(Self.shard)
            #expect(lease.spec?.holderIdentity == "b" && lease.spec?.leaseTransitions == 1)
            await stage.log.wait { b.keeper.status.counts.expired == 1 && b.keeper.status.counts.acquired == 0 }
            await b.crash()
        }
    }

    /// Nobody's clock moves.
    @Test func aReleasedLeaseIsTakenAtOnceAndNothingIsLeftBehind() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b")
            await stage.log.wait(for: "b sees 0:a of a,b")
            let c = await stage.replica("c")
            await stage.log.wait(for: "c sees 0:a of a,b,c")
            await a.finish()
            await stage.log.wait(for: " taken 0", count: 2)
            let lost = try #require(stage.log.lines.firstIndex(of: "a lost 0"))
            let taken = try #require(stage.log.lines.lastIndex { $0.hasSuffix(" taken 0") })
            #expect(lost < taken)
            #expect(try await stage.lease(Self.shard).spec?.leaseTransitions == 1)
            await stage.log.wait { a.keeper.status.counts.released == 1 }
            let left = try await stage.client.list(Lease.self, namespace: "default").items ?? []
            #expect(Set(left.compactMap(\.metadata.name)) == [Self.shard, "ks.replica-b", "ks.replica-c"])
            await b.crash()
            await c.crash()
        }
    }

    @Test func groupsEndBeforeTheLeaseIsReleased() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let latch = Latch()
            a.supervising.endsWith(latch)
            stage.clock.advance(by: .seconds(4))
            a.keeper.finish()
            await stage.log.wait(for: "a ending 0")
            // A renewal that falls due meanwhile is made.
            let authority = a.supervising.authority(0)
            stage.clock.advance(by: .seconds(1))
            await stage.log.wait(for: "update \(Self.shard)")
            #expect(try await stage.lease(Self.shard).spec?.holderIdentity == "a")
            latch.open()
            await a.task.value
            #expect(authority?.timeLeft(at: stage.clock.now) == .zero)
            let released = try await stage.lease(Self.shard)
            #expect(released.spec?.holderIdentity ?? "" == "")
        }
    }

    @Test func aLeaseThatAnotherIsSeenToHoldIsLostAtOnce() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let authority = a.supervising.authority(0)
            try await stage.edit(Self.shard) { $0.spec?.holderIdentity = "somebody" }
            await stage.log.wait(for: "a lost 0")
            #expect(authority?.timeLeft(at: stage.clock.now) == .zero)
            await stage.log.wait {
                a.keeper.status.counts.lost == 1 && a.keeper.status.shards.first?.holder == "somebody"
            }
            await a.crash()
        }
    }

    @Test func aLeaseThatIsDeletedByHandIsCreatedByWhoHeldIt() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b")
            await stage.log.wait(for: "b sees 0:a of a,b")
            try await stage.client.delete(try await stage.lease(Self.shard), namespace: "default")
            await stage.log.wait(for: "b sees 0:- of a,b")
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: "b sees 0:a of a,b", count: 2)
            #expect(try await stage.lease(Self.shard).spec?.holderIdentity == "a")
            #expect(stage.log.lines(with: "b taken").isEmpty && stage.log.lines(with: "a lost").isEmpty)
            await a.crash()
            await b.crash()
        }
    }

    // MARK: What others wrote

    @Test func whatOthersWroteOnTheLeaseStays() async throws {
        try await KeeperStage.run { stage in
            try await stage.edit(Self.shard) { lease in
                lease.metadata.labels = ["example.com/team": "blue"]
                lease.metadata.annotations = [
                    "kube-standby.io/of-a-newer-version": "seven", "kube-standby.io/groups": "of the last holder",
                ]
                lease.metadata.finalizers = ["example.com/guard"]
                lease.spec?.leaseTransitions = 41
            }
            let a = await stage.replica("a")
            await stage.log.wait(for: "a taken 0")
            await stage.renewal(of: Self.shard)
            await a.finish()
            let lease = try await stage.lease(Self.shard)
            #expect(lease.metadata.labels?["example.com/team"] == "blue")
            #expect(lease.metadata.labels?["kube-standby.io/lease"] == "shard")
            #expect(lease.metadata.annotations?["kube-standby.io/of-a-newer-version"] == "seven")
            #expect(lease.metadata.finalizers == ["example.com/guard"] && lease.spec?.leaseTransitions == 42)
        }
    }

    @Test func aHostileLeaseHoldsUpNobodyForLong() async throws {
        try await KeeperStage.run { stage in
            try await stage.edit(Self.shard) { lease in
                lease.metadata.labels = ["kube-standby.io/lease": "shard", "kube-standby.io/lease-name": "ks"]
                lease.metadata.annotations = ["kube-standby.io/groups": String(repeating: "x", count: 50_000)]
                lease.spec?.holderIdentity = String(repeating: "h", count: 100_000)
                lease.spec?.leaseDurationSeconds = 2_000_000_000
                lease.spec?.leaseTransitions = Int(Int32.max)
            }
            let a = await stage.replica("a")
            await stage.log.wait(for: "a sees 0:hhh")
            await stage.log.wait { a.keeper.status.shards.first?.holder?.count == 1000 }
            // Ten minutes at most, whatever it says.
            stage.clock.advance(by: .seconds(600))
            await stage.log.wait(for: "a taken 0")
            #expect(try await stage.lease(Self.shard).spec?.leaseTransitions == Int(Int32.max))
            await a.crash()
        }
    }
}
