import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group whose leader asks candidates for their scores.
@Suite(.timeLimit(.minutes(5))) struct GroupScoreTests {
    private static func stage(_ more: String = "", standing: GroupStanding = .leading) throws -> GroupStage {
        let score = ", candidate: {score: {httpGet: {path: /lag, port: http}, value: /bytes\(more)}}"
        let stage = GroupStage(try Samples.group("web", service: "web", score), standing: standing)
        try stage.place(["active", "passive", "passive"])
        return stage
    }

    @Test func theLowestLagGetsTheRole() async throws {
        let stage = try Self.stage()
        stage.probes.setScore(.number(70), "web-1")
        stage.probes.setScore(.number(7), "web-2")
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-2"])
    }

    /// By the handler of the score, within its time, and never the active one.
    @Test func asksByItsOwnHandler() async throws {
        let stage = try Self.stage(", timeoutSeconds: 0.3")
        stage.probes.setScore(.number(1), "web-1")
        stage.probes.setScore(.number(1), "web-2")
        try await stage.run { stage in await stage.log.wait(for: "for its score", count: 2) }
        #expect(Set(stage.probes.asked.map(\.pod)) == ["web-1", "web-2"])
        for target in stage.probes.asked {
            #expect(target.probe.handler.port == .named("http") && target.ports == ["http": 80])
            #expect(target.probe.timing.timeout == .milliseconds(300))
        }
    }

    @Test func showsScoresAndRefusals() async throws {
        let stage = try Self.stage(", refuseAbove: 100, required: true")
        stage.probes.setScore(.number(120), "web-1")
        stage.probes.setScore(.missing("HTTP 500"), "web-2")
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "the scores of all candidates refuse them")
            let members = await stage.supervisor.status().members
            #expect(members.map(\.score) == [nil, 120, nil] && members.map(\.noScore) == [nil, nil, "HTTP 500"])
            #expect(members.map(\.refusal) == [nil, "its score 120 is above 100", "it gave no score"])
        }
        #expect(stage.actives == ["web-0"])
    }

    /// Nobody answers, as if the API server hung: the move waits for the timeout and no longer.
    @Test func silenceEndsWithTheTimeout() async throws {
        let stage = try Self.stage()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "for its score", count: 4)
            stage.clock.advance(by: .seconds(1))
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    @Test func whoeverDoesNotLeadAsksNobody() async throws {
        let stage = try Self.stage(standing: .standby)
        try await stage.run { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            stage.probes.set(.unhealthy, "web-0")
            stage.clock.advance(by: .seconds(30))
        }
        #expect(stage.probes.asked.isEmpty)
    }

    @Test func anotherQuestionIsAnotherPolicy() throws {
        func policy(_ score: String) throws -> ScorePolicy? {
            GroupPolicy(
                try Samples.group("web", service: "web", ", candidate: {score: {\(score)}}"),
                isObserving: false
            ).score
        }
        let usual = try policy("httpGet: {port: 80}")
        #expect(try policy("httpGet: {port: 80}") == usual)
        for other in [
            "httpGet: {port: 81}", "exec: {command: [x]}", "httpGet: {port: 80}, value: /x",
            "httpGet: {port: 80}, prefer: Highest", "httpGet: {port: 80}, refuseAbove: 1",
            "httpGet: {port: 80}, refuseBelow: 1",
            "httpGet: {port: 80}, required: true", "httpGet: {port: 80}, timeoutSeconds: 2",
        ] { #expect(try policy(other) != usual, "\(other)") }
        #expect(
            try policy("httpGet: {port: 80}, refuseAbove: 1, refuseBelow: -0.5, required: true, timeoutSeconds: 2")?
                .refuseBelow == -0.5
        )
        #expect(GroupPolicy(try Samples.group(), isObserving: false).score == nil)
    }
}
