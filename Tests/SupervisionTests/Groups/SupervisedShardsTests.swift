import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// Which groups run as shards are taken and lost.
@Suite(.timeLimit(.minutes(5))) struct SupervisedShardsTests {
    private static let web = Samples.text()
    private static let db = Samples.text("db", service: "db")
    private static let far = Samples.text("db", service: "db", ", namespace: far")
    private static let observed = Samples.text("web", service: "web", ", failover: {cooldownSeconds: 7}")

    @Test func leadsTheGroupsOfItsShardsOnly() async throws {
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web, Self.far, holding: [0]) { stage in
            await stage.log.wait(for: "web: active member is on record")
            #expect(stage.log.lines(with: "of db in").isEmpty)
            #expect(stage.log.lines(with: "informers of far").count == 1, "a takeover finds them there")
            await stage.supervised.shardTaken(1, authority: WriteAuthority(until: nil))
            await stage.log.wait(for: "db: active member is on record")
        }
        #expect(stage.active == ["db-0", "web-0"])
    }

    @Test func aShardThatIsLostEndsItsGroupsBeforeItIsGivenAway() async throws {
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web, Self.far) { stage in
            await stage.log.wait(for: "active member is on record", count: 2)
            await stage.supervised.shardLost(0, grace: .seconds(1))
            #expect(stage.log.lines(with: "probes end") == ["web: probes end"])
            await stage.supervised.shardTaken(0, authority: WriteAuthority(until: nil))
            await stage.log.wait(for: "web: read record", count: 2)
        }
        #expect(stage.active == ["db-0", "web-0"])
    }

    @Test func whatIsObservedGoesOnWithoutTheLead() async throws {
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.observed, holding: []) { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            #expect(stage.log.lines(with: "is on record").isEmpty)
            await stage.supervised.shardTaken(0, authority: WriteAuthority(until: nil))
            await stage.log.wait(for: "web: active member is on record")
            #expect(stage.log.lines(with: "in default") == ["run 1 of web in default"], "it is the same run")
            await stage.supervised.shardLost(0, grace: .seconds(1))
            await stage.log.wait(for: "run 2 of web")
        }
        #expect(stage.log.lines(with: "write record").count == 1 && stage.active == ["db-0", "web-0"])
    }

    /// `db` names a namespace, so that its shard is 1; the smallest name decides for both.
    @Test func groupsThatNameEachOtherShareAShard() async throws {
        let (web, db) = (Samples.text("web", ", sync: [db]"), Samples.text("db", service: "db", ", namespace: default"))
        let stage = try SupervisedGroupsStage()
        try await stage.run(web, db, holding: [1]) { stage in
            await stage.log.wait(for: "active member is on record", count: 2)
            await stage.supervised.shardLost(1, grace: .seconds(1))
            #expect(stage.log.lines(with: "probes end").count == 2)
        }
        let other = try SupervisedGroupsStage()
        try await other.run(web, db, holding: [0]) { stage in
            // What is not named any more is led by whoever holds the shard of its own name.
            try await stage.apply(Self.web, db)
            await stage.log.wait(for: "web: active member is on record")
        }
        #expect(other.log.lines(with: "of db in").isEmpty && other.log.lines(with: "of web in").count == 1)
    }

    /// Another group's words take a group to another shard, where it is run anew.
    @Test func aReloadTakesAGroupToAnotherShard() async throws {
        let db = Samples.text("db", service: "db", ", namespace: default")
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web, db) { stage in
            await stage.log.wait(for: "active member is on record", count: 2)
            try await stage.apply(Self.web, Samples.text("db", service: "db", ", namespace: default, apartFrom: [web]"))
            await stage.log.wait(for: "run 3 of web")
            await stage.log.wait(for: "web: read record", count: 2)
            await stage.supervised.shardLost(0, grace: .seconds(1))
            #expect(stage.log.lines(with: "probes end") == ["web: probes end"], "that of its first run")
        }
        #expect(stage.active == ["db-0", "web-0"])
    }

    @Test func aReloadWithoutTheLeadIsKnownWhenItComes() async throws {
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web, holding: []) { stage in
            let diff = try await stage.apply(Self.web, Self.db)
            #expect(diff.added == ["db"])
            await stage.supervised.shardTaken(0, authority: WriteAuthority(until: nil))
            await stage.log.wait(for: "active member is on record", count: 2)
        }
        #expect(Set(stage.log.lines(with: "in default")) == ["run 1 of web in default", "run 2 of db in default"])
    }
}
