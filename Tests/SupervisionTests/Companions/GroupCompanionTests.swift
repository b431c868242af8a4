import Coordination
import FailoverCore
import Foundation
import StandbyConfiguration
import Testing

@testable import KubernetesClient
@testable import Supervision

/// One group and another of its set, whose part is played by the test.
@Suite(.timeLimit(.minutes(5))) struct GroupCompanionTests {
    private static let db = RoleClaims.Claimant(group: "db", run: 1)

    private static func file(_ web: String, db: String = "") throws -> [GroupConfiguration] {
        try Samples.configuration(Samples.text("web", web), Samples.text("db", service: "db", db)).groups
    }

    /// Runs group `web` of two healthy pods, `web-0` active on `node-0`, `web-1` on `node-1`, beside `db`.
    private static func run(
        _ more: String = ", sync: [db]",
        pods: [String] = ["active", "passive"],
        _ body: @escaping @Sendable (GroupStage, CompanionRegistry) async throws -> Void
    ) async throws {
        let registry = CompanionRegistry()
        let groups = try file(more)
        _ = registry.filed(groups)
        registry.joined(db) {}
        let stage = GroupStage(groups[0], companions: registry)
        try stage.place(pods)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            for pod in ["web-0", "web-1"] { stage.probes.set(.healthy, pod) }
            await stage.log.wait(for: "health changed", count: 2)
            try await body(stage, registry)
        }
    }

    /// Waits until the registry says so: a group tells where it is after it has told of its move.
    private static func wait(_ registry: CompanionRegistry, until holds: (Companions) -> Bool) async {
        while !holds(registry.companions(of: "db")) { await Task.yield() }
    }

    /// Shows nodes that are Ready, with their zones.
    private static func show(_ zones: [String: String], to stage: GroupStage) throws {
        let nodes = try zones.map { name, zone in
            let text = """
                {"metadata":{"name":"\(name)","labels":{"topology.kubernetes.io/zone":"\(zone)"}},
                "status":{"conditions":[{"type":"Ready","status":"True"}]}}
                """
            return try JSONDecoder().decode(Node.self, from: Data(text.utf8))
        }
        stage.cluster.nodes.show(nodes, version: 1)
    }

    @Test func followsTheOtherAndMakesItNotFollow() async throws {
        try await Self.run { stage, registry in
            registry.moved(Self.db, to: .init(node: "node-1"))
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"] && stage.record?.history.last?.cause == .following)
            await Self.wait(registry) { $0.places.map(\.node) == ["node-1"] }
            #expect(registry.companions(of: "db").wish == nil)
        }
    }

    @Test func tellsOfItsOwnMoves() async throws {
        try await Self.run { stage, registry in
            stage.probes.set(.unhealthy, "web-0")
            await Self.wait(registry) { $0.wish != nil }
            let wish = registry.companions(of: "db").wish
            #expect(wish?.group == "web" && wish?.node == "node-1")
        }
    }

    @Test func zonesAreThoseOfTheNodes() async throws {
        try await Self.run { stage, registry in
            #expect(stage.cluster.nodes.subscriberCount == 1)
            try Self.show(["node-0": "z0", "node-1": "z1"], to: stage)
            registry.moved(Self.db, to: .init(node: "elsewhere", zone: "z1"))
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"])
            await Self.wait(registry) { $0.places.map(\.zone) == ["z1"] }
        }
    }

    /// Whoever names nobody, and is named by nobody, asks for no nodes and tells nobody.
    @Test func whoIsAloneCostsNothing() async throws {
        try await Self.run("") { stage, registry in
            registry.moved(Self.db, to: .init(node: "node-1"))
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
            #expect(stage.record?.history.last?.cause == .activeUnhealthy)
            #expect(stage.cluster.nodes.subscriberCount == 0)
            #expect(registry.companions(of: "db") == Companions())
        }
    }

    /// What another group says in a new file begins it, and ends it.
    @Test func aReloadOfTheOtherBeginsAndEndsIt() async throws {
        try await Self.run("") { stage, registry in
            #expect(registry.filed(try Self.file("", db: ", sync: [web]")) == ["db", "web"])
            stage.supervisor.post(.companions)
            registry.moved(Self.db, to: .init(node: "node-1"))
            stage.supervisor.post(.companions)
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"])
            _ = registry.filed(try Self.file(""))
            stage.supervisor.post(.companions)
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "move complete", count: 2)
            #expect(stage.cluster.nodes.subscriberCount == 0 && registry.companions(of: "db") == Companions())
        }
    }

    @Test func theStatusSaysWhomItFollowsAndWhy() async throws {
        try await Self.run(pods: ["active", "passive", "passive"]) { stage, registry in
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
            stage.probes.set(.healthy, "web-0")
            await stage.log.wait(for: "health changed member.name=web-0 member.health=healthy", count: 2)
            registry.moved(Self.db, to: .init(node: "node-0"))
            // What comes later is taken in later.
            stage.probes.set(.unhealthy, "web-2")
            await stage.log.wait(for: "health changed member.name=web-2 member.health=unhealthy")
            let status = await stage.supervisor.status()
            #expect(status.following?.text == "follows db to node node-0; waits for the cooldown")
            #expect(status.following?.until != nil)
            #expect(status.members.map(\.company) == [["on the node of db (sync)"], nil, nil])
        }
    }
}
