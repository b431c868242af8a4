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
            await stage.log.wait(for: "move withheld, the group is only observed to=web-1")
            #expect(stage.log.lines(with: "@").isEmpty && stage.log.lines(with: "paused").isEmpty)
            await stage.claims.withdraw(other)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.log.lines(with: "group waits").first?.contains("web-1") == true)
        #expect(stage.log.lines(with: "group waits").first?.contains("other") == true)
        #expect(stage.log.lines(with: "group resumes").count == 1 && stage.actives == ["web-1"])
        let withheld = stage.log.lines(with: "move withheld")
        #expect(withheld.count == 1)
        #expect(withheld.first?.contains(#"waiting=pod "web-1" is a member of group "other", too"#) == true)
    }

    /// Another group comes to mean a pod of a group that is in the middle of a switch: the switch ends with the pods that the group
    /// had, without the one that it shares, and then it holds none.
    @Test func aSwitchThatIsOnItsWayKeepsItsPodsUntilItIsOver() async throws {
        let stage = GroupStage(try Samples.group())
        let (other, third) = (RoleClaims.Claimant(group: "other", run: 9), RoleClaims.Claimant(group: "third", run: 10))
        let scope = RoleClaims.Scope(namespace: "default", key: "role")
        let (new, old) = (
            RoleClaims.Wish(scopes: [scope], pods: [.init("uid-web-2")]),
            RoleClaims.Wish(scopes: [scope], pods: [.init("uid-web-0")])
        )
        #expect(await stage.claims.claim(new, for: other) {} == .granted)
        try stage.place(["active", "passive"])
        let shared = try Samples.pod("web-2", number: 2, role: "passive")
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.plan(.hold, on: "web-1=active")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: web: web-1=active")
            stage.cluster.change { $0.pods["web-2"] = shared }
            await stage.log.wait(for: "group waits")
            let kept = await stage.claims.claim(old, for: third) { stage.log.add("third may claim") }
            #expect(kept == .contested(pod: .init("uid-web-0"), by: "web"))
            stage.cluster.release("web-1=active")
            await stage.log.wait(for: "move complete")
            await stage.log.wait(for: "third may claim")
            #expect(await stage.claims.claim(old, for: third) {} == .granted)
        }
        #expect(stage.actives == ["web-1"] && stage.log.lines(with: "web-2=").isEmpty)
    }

    /// A reload adds a group that comes first, and has a record of an earlier life: a switch on its way does not write what both mean.
    @Test func aSwitchWaitsForAPodThatAGroupOfAnotherShardHas() async throws {
        let claims = ClaimRegistry(spansShards: true)
        let (web, first) = (
            RivalIndex.FiledGroup(configuration: try Samples.group(), namespace: "default", shard: 0),
            RivalIndex.FiledGroup(configuration: try Samples.group("first"), namespace: "default", shard: 1)
        )
        await claims.filed([web])
        let stage = GroupStage(web.configuration, claims: claims)
        try stage.place(["active", "passive"])
        stage.cluster.change { objects in
            objects.leases["kube-standby-first"] = Lease(
                metadata: ObjectMeta(name: "kube-standby-first"),
                spec: .init()
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await claims.follow(stage.informers, in: "default") }
            try await stage.run { stage in
                await stage.log.wait(for: "active member is on record")
                stage.cluster.plan(.hold, on: "web-0=passive")
                stage.probes.set(.unhealthy, "web-0")
                await stage.log.wait(for: "held: web: web-0=passive")
                await claims.filed([first, web])
                await stage.log.wait(for: "group waits")
                stage.cluster.release("web-0=passive")
                await stage.log.wait(for: "another group writes the role of pod web-1")
                #expect(stage.log.lines(with: "web-1=").isEmpty)
                await claims.filed([web])
                await stage.log.wait(for: "move complete")
            }
            group.cancelAll()
        }
        #expect(stage.actives == ["web-1"])
    }

    /// A pod leaves for a group that another replica leads: which gives it its role, and this one must not.
    @Test(arguments: [true, false]) func aPodThatPassesToAGroupOfAnotherShardIsLeftToIt(isMeant: Bool) async throws {
        let claims = ClaimRegistry(spansShards: true)
        let groups = [try Samples.group(), try Samples.group("other", service: "other")]
        await claims.filed(
            groups.enumerated().map { .init(configuration: $1, namespace: "default", shard: $0) }
        )
        let stage = GroupStage(groups[0], claims: claims)
        try stage.place(["active", "passive"])
        let service = try Samples.service("other", selector: #"{"app":"other","role":"active"}"#)
        if isMeant { stage.cluster.change { $0.services["other"] = service } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await claims.follow(stage.informers, in: "default") }
            try await stage.run { stage in
                await stage.log.wait(for: "active member is on record")
                stage.probes.set(.unhealthy, "web-0")
                await stage.log.wait(for: "move complete")
                stage.changePod("web-1") { $0.metadata.labels?["app"] = "other" }
                await stage.log.wait(for: "move complete", count: 2)
                await stage.log.wait(for: "read labels of web-1")
                if !isMeant { await stage.log.wait(for: "member left the group and is passive now") }
            }
            group.cancelAll()
        }
        #expect(stage.actives == (isMeant ? ["web-0", "web-1"] : ["web-0"]))
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
