import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group that goes on under another configuration: what the change does not concern is left as it is.
@Suite(.timeLimit(.minutes(5))) struct ReconfigurationTests {
    /// Runs a group with `web-0` active and on record, then changes its configuration.
    private func run(
        _ before: String = "",
        to after: String = "",
        service: String = "web",
        _ prepare: @escaping @Sendable (GroupStage) throws -> Void = { _ in },
        _ body: @escaping @Sendable (GroupStage) async throws -> Void
    ) async throws -> GroupStage {
        let stage = GroupStage(try Samples.group("web", service: "web", before))
        let next = try Samples.group("web", service: service, after)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            await stage.log.wait(for: "member.health=healthy", count: 2)
            try prepare(stage)
            stage.supervisor.post(.configuration(next))
            try await body(stage)
        }
        return stage
    }

    @Test func theSameConfigurationChangesNothing() async throws {
        let stage = try await run { stage in
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "member.health=unhealthy")
        }
        #expect(stage.story.count == 5 && stage.log.lines(with: "renews").isEmpty, "\(stage.story)")
    }

    @Test func aPauseHoldsMovesBackUntilItIsTakenAway() async throws {
        let next = try Samples.group()
        let stage = try await run(to: ", paused: true") { stage in
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move withheld, the group is paused")
            #expect(stage.actives == ["web-0"])
            stage.supervisor.post(.configuration(next))
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    /// What was counted by another question is void; thresholds and periods are not.
    @Test(arguments: [
        (", probe: {tcpSocket: {port: 81}}", true), (", probe: {httpGet: {port: 80}}", true),
        (", probe: {tcpSocket: {port: 80}, periodSeconds: 7, failureThreshold: 9}", false),
    ]) func anotherQuestionMakesWhatIsKnownVoid(probe: String, isVoid: Bool) async throws {
        let stage = try await run(to: probe) { stage in
            if isVoid {
                await stage.log.wait(for: "renews uid-web-0, uid-web-1")
                await stage.log.wait(for: "member.health=healthy", count: 4)
            } else {
                stage.probes.set(.unhealthy, "web-1")
                await stage.log.wait(for: "member.health=unhealthy")
                #expect(stage.probes.targets(of: "web")["web-0"]?.probe.timing.period == .seconds(7))
            }
        }
        #expect(stage.log.lines(with: "renews").count == (isVoid ? 1 : 0))
        #expect(stage.actives == ["web-0"] && stage.log.lines(with: "move").isEmpty)
    }

    @Test func anotherServiceIsFollowedFromItsBeginning() async throws {
        let stage = try await run(service: "other") { stage in
            await stage.log.wait(for: "group waits cause=Service \"other\" does not exist")
            let other = try Samples.service("other")
            stage.cluster.change { $0.services["other"] = other }
            await stage.log.wait(for: "group resumes")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    // MARK: The role label

    /// While the Service selects by the old label, both are written; neither key ever selects another pod.
    @Test func anotherLabelIsWrittenBesideTheOldOneAsLongAsTheServiceSelectsByIt() async throws {
        let stage = try await run(to: ", roleLabel: {key: tier, active: primary, passive: standby}") { stage in
            await stage.log.wait { Self.labels(stage, "tier") == ["primary", "standby"] }
            #expect(Self.labels(stage, "role") == ["active", "passive"])
            let next = try Samples.service("web", selector: #"{"app":"web","tier":"primary"}"#)
            stage.cluster.change { $0.services["web"] = next }
            await stage.log.wait { Self.labels(stage, "role") == [nil, nil] }
        }
        #expect(Self.labels(stage, "tier") == ["primary", "standby"])
        #expect(stage.log.lines(with: "move begins").isEmpty && stage.log.lines(with: "group waits").isEmpty)
    }

    private static func labels(_ stage: GroupStage, _ key: String) -> [String?] {
        stage.cluster.objects.pods.values.sorted { $0.metadata.name ?? "" < $1.metadata.name ?? "" }
            .map { $0.metadata.labels?[key] }
    }

    // MARK: Claims

    @Test func waitsWhileAnotherGroupWritesTheRoleOfItsPods() async throws {
        let stage = GroupStage(try Samples.group())
        let other = RoleClaims.Claimant(group: "other", run: 9)
        let scope = RoleClaims.Scope(namespace: "default", key: "role")
        let wish = RoleClaims.Wish(scopes: [scope], pods: [.init("uid-web-1")])
        #expect(await stage.claims.claim(wish, for: other) {} == .granted)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "group waits")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "member.health=unhealthy")
            #expect(stage.log.lines(with: "@").isEmpty)
            await stage.claims.withdraw(other)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.log.lines(with: "group waits").first?.contains("web-1") == true)
        #expect(stage.log.lines(with: "group waits").first?.contains("other") == true)
        #expect(stage.log.lines(with: "group resumes").count == 1 && stage.actives == ["web-1"])
    }

    @Test func givesItsPodsBackWhenItsServiceIsGone() async throws {
        let stage = GroupStage(try Samples.group())
        let scope = RoleClaims.Scope(namespace: "default", key: "role")
        let wish = RoleClaims.Wish(scopes: [scope], pods: [.init("uid-web-1")])
        let other = RoleClaims.Claimant(group: "other", run: 9)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            #expect(await stage.claims.claim(wish, for: other) {} == .contested(pod: .init("uid-web-1"), by: "web"))
            stage.cluster.change { $0.services = [:] }
            await stage.log.wait(for: "group waits")
            // News of its pods is no reason to take them back.
            stage.changePod("web-1") { $0.metadata.labels?["other"] = "label" }
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "member.health=unhealthy")
            #expect(await stage.claims.claim(wish, for: other) {} == .granted)
        }
    }
}
