import Coordination
import FailoverCore
import Foundation
import StandbyConfiguration
import Testing

@testable import KubernetesClient
@testable import Supervision

/// One group and the cluster's nodes: whether it follows them, and what it makes of that.
@Suite(.timeLimit(.minutes(5))) struct GroupNodeTests {
    /// Shows nodes, which are Ready; `cordoned`: by number.
    private static func show(_ cordoned: Set<Int>, to stage: GroupStage, version: Int) throws {
        let nodes = try (0..<3).map { number in
            let text = """
                {"metadata":{"name":"node-\(number)"},"spec":{"unschedulable":\(cordoned.contains(number))},
                "status":{"conditions":[{"type":"Ready","status":"True"}]}}
                """
            return try JSONDecoder().decode(Node.self, from: Data(text.utf8))
        }
        stage.cluster.nodes.show(nodes, version: version)
    }

    /// Runs a group of two healthy pods, `web-0` active on `node-0`, `web-1` on `node-1`.
    private static func run(
        _ onNodeDrain: String = "Cordon",
        standing: GroupStanding = .leading,
        _ body: @escaping @Sendable (GroupStage) async throws -> Void
    ) async throws {
        let group = try Samples.group("web", service: "web", ", failover: {onNodeDrain: \(onNodeDrain)}")
        let stage = GroupStage(group, standing: standing)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            if standing == .leading { await stage.log.wait(for: "active member is on record") }
            for pod in ["web-0", "web-1"] { stage.probes.set(.healthy, pod) }
            try await body(stage)
        }
    }

    @Test func leavesACordonedNode() async throws {
        try await Self.run { stage in
            try Self.show([], to: stage, version: 1)
            try Self.show([0], to: stage, version: 2)
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"])
            #expect(stage.record?.history.last?.cause == .nodeDraining)
        }
    }

    @Test func followsThemOnlyWhereTheGroupAsks() async throws {
        try await Self.run("Ignore") { stage in
            #expect(stage.cluster.nodes.subscriberCount == 0)
        }
        try await Self.run("Taint") { stage in
            #expect(stage.cluster.nodes.subscriberCount == 1)
        }
    }

    @Test func aReloadBeginsAndEndsIt() async throws {
        try await Self.run("Ignore") { stage in
            try Self.show([0], to: stage, version: 1)
            let next = try Samples.group("web", service: "web", ", failover: {onNodeDrain: Cordon}")
            stage.supervisor.post(.configuration(next))
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"])
            stage.supervisor.post(.configuration(stage.configuration))
            // The end of the subscription is seen by what is asked for after it.
            try Self.show([1], to: stage, version: 2)
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "move complete", count: 2)
            #expect(stage.cluster.nodes.subscriberCount == 0)
            #expect(stage.record?.history.last?.cause == .activeUnhealthy)
        }
    }

    /// What cannot be seen is no drain; once it is seen again it is one.
    @Test func nothingIsKnownWhileTheyCannotBeFollowed() async throws {
        try await Self.run { stage in
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "health changed", count: 3)
            try Self.show([0], to: stage, version: 1)
            let request = RequestDescription(verb: "watch", resource: Node.resource)
            stage.cluster.nodes.tell(.failing(KubernetesError(request, .undecodable("it is away"))))
            stage.probes.set(.healthy, "web-1")
            await stage.log.wait(for: "health changed", count: 4)
            #expect(stage.log.lines(with: "move begins").isEmpty)
            stage.cluster.nodes.tell(.recovered)
            await stage.log.wait(for: "move complete")
            #expect(stage.record?.history.last?.cause == .nodeDraining)
        }
    }

    @Test func aStandbyFollowsThemOnceItLeads() async throws {
        try await Self.run(standing: .standby) { stage in
            try Self.show([0], to: stage, version: 1)
            #expect(stage.cluster.nodes.subscriberCount == 0)
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "move complete")
            #expect(stage.actives == ["web-1"] && stage.cluster.nodes.subscriberCount == 1)
        }
    }
}
