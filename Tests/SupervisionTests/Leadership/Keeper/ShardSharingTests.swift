import Coordination
import FailoverCore
import KubernetesClient
import Leadership
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import Supervision

/// Many shards, and replicas that come and go.
@Suite(.timeLimit(.minutes(5))) struct ShardSharingTests {
    // MARK: Fair shares

    @Test func aReplicaThatComesGetsItsShareOneShardAfterTheOther() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 4)
            await stage.log.wait(for: "a sees 0:a 1:a 2:a 3:a of a")
            let b = await stage.replica("b", shards: 4)
            await stage.log.wait(for: "b sees 0:b 1:b 2:a 3:a of a,b")
            await stage.log.wait(for: "a sees 0:b 1:b 2:a 3:a of a,b")
            for shard in 0..<2 { await stage.log.wait(for: "b taken \(shard)") }
            let lines = stage.log.lines
            for shard in 0..<2 {
                let lost = try #require(lines.firstIndex(of: "a lost \(shard)"))
                let taken = try #require(lines.firstIndex(of: "b taken \(shard)"))
                #expect(lost < taken)
            }
            let (first, next) = (await stage.holders(of: "ks.shard-0-of-4"), await stage.holders(of: "ks.shard-1-of-4"))
            #expect(first.map(\.holder) == ["a", "", "b"] && next.map(\.holder) == ["a", "", "b"])
            #expect(first[2].revision < next[1].revision)
            await stage.log.wait { a.keeper.status.counts.rebalanced == 2 && b.keeper.status.counts.acquired == 2 }
            await a.crash()
            await b.crash()
        }
    }

    @Test func theShardsOfOneThatGoesAreSharedOutAtOnce() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            let b = await stage.replica("b", shards: 2)
            await stage.log.wait(for: "b sees 0:b 1:a of a,b")
            #expect(b.keeper.standbys == 1)
            await a.finish()
            await stage.log.wait(for: "b sees 0:b 1:b of b")
            #expect(b.keeper.standbys == 0)
            await b.crash()
        }
    }

    @Test func theShardsOfOneThatCrashedAreSharedOutOnceTheyAreOver() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            let b = await stage.replica("b", shards: 2)
            await stage.log.wait(for: "b sees 0:b 1:a of a,b")
            await a.crash()
            for _ in 0..<2 { await stage.renewal(of: "ks.shard-0-of-2", "ks.replica-b") }
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: "b taken 1")
            await stage.log.wait { b.keeper.status.counts.expired == 1 }
            await b.crash()
        }
    }

    /// What the one that crashed left is deleted by one that lives.
    @Test func theLeaseOfACrashedReplicaGoesInTheEnd() async throws {
        try await KeeperStage.run { stage in
            try await stage.place(.replica, "ks.replica-gone", holder: "gone")
            let a = await stage.replica("a")
            await stage.log.wait(for: "a sees 0:a of a,gone")
            stage.clock.advance(by: .seconds(600))
            await stage.log.wait(for: "delete ks.replica-gone")
            await a.crash()
        }
    }

    @Test func whoMayNotDeleteWhatACrashedReplicaLeftSaysSoOnceAndDoesNotInsist() async throws {
        try await KeeperStage.run { stage in
            let verbs = ["get", "list", "watch", "create", "update"]
            try await stage.sandbox.admit(
                token: "keeper",
                user: "keeper",
                rules: [.init(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: verbs)]
            )
            try await stage.place(.replica, "ks.replica-gone", holder: "gone")
            let a = await stage.replica("a", token: "keeper")
            await stage.log.wait(for: "a sees 0:a of a,gone")
            stage.clock.advance(by: .seconds(600))
            _ = await stage.sandbox.control.requests("delete", of: .leases, count: 1)
            for _ in 0..<3 { await stage.renewal(of: "ks.shard-0-of-1", "ks.replica-a") }
            #expect(await stage.sandbox.control.log.count { $0.verb == "delete" } == 1)
            await a.finish()
            #expect(await stage.sandbox.control.log.count { $0.verb == "delete" } == 2)
            let errors = a.logs.lines.filter { $0.hasPrefix("error:") }
            #expect(errors.count == 1 && errors.first?.contains(#"verbs: ["delete"]"#) == true, "\(errors)")
        }
    }

    /// A replica that says that it lives and has the file of another, and takes nothing.
    private static func placeIdle(beside other: String, _ stage: KeeperStage) async throws {
        let digests = try await stage.lease("ks.replica-\(other)").metadata.annotations?["kube-standby.io/shards"]
        let noted = ["kube-standby.io/shards": digests ?? ""]
        try await stage.place(.replica, "ks.replica-idle", holder: "idle", seconds: 600, annotations: noted)
    }

    /// One that says that it lives, and takes nothing; what it was handed is taken back soon, or late.
    @Test(arguments: [2, 7])
    func whatIsHandedOverAndNotTakenIsTakenBackAndNotHandedOverAgain(seconds: Int) async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            try await Self.placeIdle(beside: "a", stage)
            await stage.log.wait(for: "a sees 0:- 1:a of a,idle")
            stage.clock.advance(by: .seconds(seconds))
            // How long it is waited for counts from when the release is known, which may be after that.
            for _ in 0..<20 where try await stage.lease("ks.shard-0-of-2").spec?.holderIdentity != "a" {
                await stage.renewal(of: "ks.shard-1-of-2", "ks.replica-a")
            }
            await stage.log.wait(for: "a taken 0", count: 2)
            for _ in 0..<3 { await stage.renewal(of: "ks.shard-0-of-2", "ks.shard-1-of-2", "ks.replica-a") }
            #expect(stage.log.lines(with: "a lost").count == 1 && a.keeper.status.counts.rebalanced == 1)
            await a.crash()
        }
    }

    /// Each time it costs the shard a moment without anybody.
    @Test func whoeverTakesNothingIsHandedAShardMoreAndMoreSeldom() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            try await Self.placeIdle(beside: "a", stage)
            var times: [MonotonicTime] = []
            for _ in 0..<100 where times.count < 4 {
                if a.keeper.status.counts.rebalanced > times.count { times.append(stage.clock.now) }
                await stage.renewal(of: "ks.shard-1-of-2", "ks.replica-a")
            }
            // Seen after five seconds at most.
            let pauses = zip(times.dropFirst(), times).map { $0.since($1) + .seconds(5) }
            try #require(pauses.count == 3)
            #expect(pauses[0] >= .seconds(30) && pauses[1] >= .seconds(60) && pauses[2] >= .seconds(120), "\(pauses)")
            await a.crash()
        }
    }

    /// One that holds a shard, and takes no other: it may take a dead replica for the holder of what it is handed.
    @Test func whoeverHoldsOneAndTakesNoOtherIsNotHandedItAtOnceAgain() async throws {
        try await KeeperStage.run { stage in
            try await stage.place(.shard, "ks.shard-3-of-4", holder: "idle", seconds: 600)
            let a = await stage.replica("a", shards: 4)
            await stage.log.wait(for: "a sees 0:a 1:a 2:a 3:idle")
            try await Self.placeIdle(beside: "a", stage)
            await stage.log.wait(for: "a sees 0:- 1:a 2:a 3:idle")
            for _ in 0..<20 where try await stage.lease("ks.shard-0-of-4").spec?.holderIdentity != "a" {
                await stage.renewal(of: "ks.shard-1-of-4", "ks.replica-a")
            }
            await stage.log.wait(for: "a taken 0", count: 2)
            for _ in 0..<3 { await stage.renewal(of: "ks.shard-1-of-4", "ks.replica-a") }
            #expect(a.keeper.status.counts.rebalanced == 1)
            await a.crash()
        }
    }

    // MARK: Configurations

    @Test func aShardIsNotHandedToAReplicaThatLacksItsGroups() async throws {
        let ours = try Samples.configuration(
            Samples.text("web"),
            Samples.text("db", service: "db"),
            Samples.text("cache", service: "cache")
        )
        let theirs = SupervisorConfiguration(groups: Array(ours.groups.dropLast()))
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2, configuration: ours)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            let b = await stage.replica("b", shards: 2, configuration: theirs)
            let lacking = ShardMap(count: 2).shard(namespace: "default", name: "cache")
            await stage.log.wait(for: "b taken \(1 - lacking)")
            await stage.log.wait { b.keeper.status.replicas.map(\.runsOurConfiguration) == [false, true] }
            await a.finish()
            // While nobody lives who has them, anybody is better than nobody.
            await stage.log.wait(for: "b taken \(lacking)")
            #expect(stage.log.lines(with: "a lost \(lacking)").count == 1)
            await b.crash()
        }
    }

    /// Two installations under one name: the groups of the second are supervised by nobody, which must not go unsaid.
    @Test func aHolderThatSupervisesOtherGroupsIsReportedOnce() async throws {
        let ours = try Samples.configuration(Samples.text("web"))
        let theirs = try Samples.configuration(Samples.text("db", service: "db"))
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", configuration: ours)
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b", configuration: theirs)
            await stage.log.wait(for: "b sees 0:a of a,b")
            await stage.renewal(of: "ks.shard-0-of-1", "ks.replica-b")
            await stage.renewal(of: "ks.shard-0-of-1", "ks.replica-b")
            await a.finish()
            await stage.log.wait(for: "b taken 0")
            let reports = [a, b].map { $0.logs.lines.filter { $0.contains("supervises other groups") } }
            #expect(reports[0].isEmpty && reports[1].count == 1)
            #expect(reports[1].first?.contains("holder=a ") == true)
            await b.crash()
        }
    }

    /// One that has them and does not take it must not keep the others from it for ever.
    @Test func aShardThatNobodyTakesIsTakenByAnybodyInTheEnd() async throws {
        let ours = try Samples.configuration(Samples.text("web"))
        try await KeeperStage.run { stage in
            let groups = ConfigurationMark(ours, namespace: "default", map: ShardMap(count: 1)).digests[0]
            try await stage.edit("ks.shard-0-of-1") { lease in
                lease.metadata.labels = ["kube-standby.io/lease": "shard", "kube-standby.io/lease-name": "ks"]
                lease.metadata.annotations = ["kube-standby.io/groups": groups]
            }
            let noted = ["kube-standby.io/shards": groups]
            try await stage.place(.replica, "ks.replica-idle", holder: "idle", seconds: 600, annotations: noted)
            let a = await stage.replica("a")
            await stage.log.wait(for: "a sees 0:- of a,idle")
            for _ in 0..<5 { await stage.renewal(of: "ks.replica-a") }
            #expect(stage.log.lines(with: "a taken").isEmpty)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: "a taken 0")
            await a.crash()
        }
    }

    @Test func anotherConfigurationIsToldWithTheNextRenewal() async throws {
        let first = try Samples.configuration(Samples.text("web"))
        let second = try Samples.configuration(Samples.text("web"), Samples.text("db", service: "db"))
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", configuration: first)
            await stage.log.wait(for: "a taken 0")
            let before = try await stage.lease("ks.shard-0-of-1").metadata.annotations
            a.keeper.configurationChanged(second)
            await stage.log.wait { a.keeper.status.configuration != before?["kube-standby.io/configuration"] }
            await stage.renewal(of: "ks.shard-0-of-1", "ks.replica-a")
            let after = try await stage.lease("ks.shard-0-of-1").metadata.annotations
            #expect(after?["kube-standby.io/configuration"] == a.keeper.status.configuration)
            #expect(after?["kube-standby.io/groups"] != before?["kube-standby.io/groups"])
            await a.crash()
        }
    }

    // MARK: Another number of shards

    @Test func nothingIsTakenWhileAShardOfAnotherNumberIsHeld() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 1)
            await stage.log.wait(for: "a taken 0")
            let b = await stage.replica("b", shards: 2)
            await stage.log.wait(for: "b sees 0:- 1:- of a,b")
            let words = "notice: shards of another --shards are held, none is taken until they are released"
            await a.finish()
            await stage.log.wait(for: "b taken 0")
            await stage.log.wait(for: "b sees 0:b 1:b of b")
            let told = b.logs.lines.filter { $0.hasPrefix(words) }
            #expect(told.count == 1 && told.first?.contains("others=1") == true, "\(b.logs.lines)")
            let lost = try #require(stage.log.lines.firstIndex(of: "a lost 0"))
            let taken = try #require(stage.log.lines.firstIndex(of: "b taken 0"))
            #expect(lost < taken)
            await b.crash()
        }
    }

    @Test func ofTwoNumbersThatAreHeldTheSmallerStays() async throws {
        try await KeeperStage.run { stage in
            let a = await stage.replica("a", shards: 2)
            await stage.log.wait(for: "a sees 0:a 1:a of a")
            for name in ["ks.shard-0-of-4", "ks.shard-0-of-1"] {
                try await stage.place(.shard, name, holder: "other")
                if name == "ks.shard-0-of-4" {
                    await stage.renewal(of: "ks.shard-0-of-2", "ks.shard-1-of-2")
                    #expect(stage.log.lines(with: "a lost").isEmpty)
                }
            }
            await stage.log.wait { a.keeper.status.counts.released == 2 }
            #expect(stage.log.lines(with: "a lost").count == 2)
            await a.crash()
        }
    }
}
