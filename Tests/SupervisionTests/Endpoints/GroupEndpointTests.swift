import Coordination
import Foundation
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Supervision

/// One group and its Service's endpoints: in which order it demotes, looks and promotes, and what it tells.
@Suite(.timeLimit(.minutes(5))) struct GroupEndpointTests {
    /// The Service's slice shows these pods, ready or not.
    private static func show(_ pods: [String: Bool], to stage: GroupStage, version: Int = 1) {
        var metadata = ObjectMeta(name: "web-1")
        metadata.labels = [ServiceEndpoints.serviceLabel: "web"]
        let endpoints = pods.sorted { $0.key < $1.key }.map {
            ServiceEndpoints.Endpoint(pod: "uid-\($0.key)", isReady: $0.value)
        }
        stage.cluster.endpoints.show([.init(metadata: metadata, endpoints: endpoints)], version: version)
    }

    /// Runs a group whose active pod `web-0` is shown as `shown` says, and fails.
    private static func runMove(
        _ more: String = "",
        shown: [String: Bool]?,
        standing: GroupStanding = .leading,
        _ body: @escaping @Sendable (GroupStage) async throws -> Void
    ) async throws {
        let stage = GroupStage(try Samples.group("web", service: "web", more), standing: standing)
        try stage.place(["active", "passive"])
        if let shown { show(shown, to: stage) }
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            try await body(stage)
        }
    }

    /// The writes of roles, in order.
    private static func writes(_ stage: GroupStage) -> [String] {
        stage.log.lines.filter { $0.contains("=passive@") || $0.contains("=active@") }
    }

    // MARK: Settling

    @Test func promotesOnlyOnceTheEndpointsShowTheDemotion() async throws {
        try await Self.runMove(shown: ["web-0": true]) { stage in
            await stage.clock.sleepBegins("sleep of 0.1")
            #expect(stage.log.lines(with: "web-1=active").isEmpty)
            Self.show(["web-0": false], to: stage)
            Self.show([:], to: stage)
            await stage.log.wait(for: "move complete")
            #expect(Self.writes(stage) == ["web: web-0=passive@2", "web: web-1=active@2"])
        }
    }

    @Test func waitsATenthOfASecondAtMost() async throws {
        try await Self.runMove(shown: ["web-0": true]) { stage in
            await stage.clock.sleepBegins("sleep of 0.1")
            stage.clock.advance(by: .milliseconds(99))
            #expect(stage.log.lines(with: "web-1=active").isEmpty)
            stage.clock.advance(by: .milliseconds(1))
            await stage.log.wait(for: "member promoted")
        }
    }

    /// Unseen, without the pod, and where a short overlap is preferred: the clock stands still, and all is done.
    @Test(
        arguments: [
            ("", nil), ("", [:]), ("", ["web-1": true]), (", failover: {order: PromoteFirst}", ["web-0": true]),
        ] as [(String, [String: Bool]?)]
    )
    func whereThereIsNothingToWaitForNobodyWaits(more: String, shown: [String: Bool]?) async throws {
        try await Self.runMove(more, shown: shown) { await $0.log.wait(for: "member promoted") }
    }

    @Test func whoCannotSeeAnyMoreDoesNotWait() async throws {
        try await Self.runMove(shown: ["web-0": true]) { stage in
            await stage.clock.sleepBegins("sleep of 0.1")
            let request = RequestDescription(verb: "watch", resource: EndpointSlice.resource)
            stage.cluster.endpoints.tell(.failing(KubernetesError(request, .status(code: 403, nil, retryAfter: .zero))))
            await stage.log.wait(for: "member promoted")
            // A group waits for pods and Services, not for this.
            #expect(stage.log.lines(with: "group waits").isEmpty)
        }
    }

    @Test func theWaitEndsWithTheGroup() async throws {
        try await Self.runMove(shown: ["web-0": true]) { stage in
            await stage.clock.sleepBegins("sleep of 0.1")
            stage.supervisor.post(.shutdownDeadline)
            await stage.log.wait(for: "web: ended")
            #expect(stage.actives.isEmpty)
        }
    }

    // MARK: Who looks

    @Test func standbysAndDryRunsLookAtNoEndpoints() async throws {
        let standby = GroupStage(try Samples.group(), standing: .standby)
        try standby.place(["active", "passive"])
        try await standby.run { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            #expect(stage.cluster.endpoints.subscriberCount == 0)
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "active member is on record")
            #expect(stage.cluster.endpoints.subscriberCount == 1)
        }
        #expect(standby.cluster.endpoints.subscriberCount == 0)
        let dry = GroupStage(try Samples.group(), isDryRun: true)
        try dry.place(["active", "passive"])
        try await dry.run { stage in
            await stage.log.wait(for: "read record")
            #expect(stage.cluster.endpoints.subscriberCount == 0)
        }
    }

    @Test func followsAnotherServiceWhenTheConfigurationNamesOne() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        let other = try Samples.service("other")
        stage.cluster.change { $0.services["other"] = other }
        Self.show(["web-0": true], to: stage)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            let more = ", probe: {tcpSocket: {port: 80}, periodSeconds: 7}"
            stage.supervisor.post(.configuration(try Samples.group("web", service: "other", more)))
            await stage.log.wait { stage.probes.targets(of: "web")["web-0"]?.probe.timing.period == .seconds(7) }
            // The slice is that of the Service before, also if it is read only now.
            let slice = ServiceEndpoints(
                metadata: ObjectMeta(name: "web-1"),
                endpoints: [.init(pod: "uid-web-0", isReady: true)]
            )
            stage.supervisor.post(.endpoints(.shown([slice], of: 1)))
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
            #expect(stage.cluster.endpoints.subscriberCount == 1)
        }
    }

    // MARK: Following

    @Test func theRecordTellsWhenTheEndpointFollowed() async throws {
        try await Self.runMove(shown: [:]) { stage in
            await stage.log.wait(for: "move complete")
            stage.clock.advance(by: .milliseconds(40))
            Self.show(["web-1": true], to: stage)
            await stage.log.wait(for: "the endpoints show the active pod member.name=web-1")
            await stage.log.wait(for: "write record web-1@2", count: 2)
            await stage.log.wait { stage.moves.last?.endpointSeconds != nil }
            #expect(stage.moves.last?.endpointSeconds == 0.04)
        }
    }

    /// What is known a little too late stands on the record that is written next; nothing is written for it alone.
    @Test func theNextRecordTellsItAtTheLatest() async throws {
        try await Self.runMove(shown: [:]) { stage in
            await stage.log.wait(for: "move complete")
            await stage.clock.sleepBegins("sleep of 0.1")
            stage.clock.advance(by: .milliseconds(100))
            await stage.log.wait(for: "write record web-1@2", count: 2)
            Self.show(["web-1": true], to: stage)
            await stage.log.wait(for: "the endpoints show the active pod member.name=web-1")
            #expect(stage.moves.last?.endpointSeconds == nil)
            #expect(stage.log.lines(with: "write record web-1@2").count == 2)
            stage.probes.set(.healthy, "web-0")
            await stage.log.wait(for: "member.name=web-0 member.health=healthy", count: 2)
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "write record web-0@3")
            await stage.log.wait(for: "web-1=passive@3")
            #expect(stage.moves.first { $0.epoch == 2 }?.endpointSeconds == 0.1)
            // The move goes on once nobody is shown any more.
            Self.show([:], to: stage)
        }
    }

    /// The Service goes in the middle of a move: whoever finishes it and lets the pods go waits for no endpoint of them.
    @Test func whoLetsItsPodsGoAwaitsNoEndpoint() async throws {
        try await Self.runMove(shown: ["web-0": true]) { stage in
            stage.cluster.plan(.hold, on: "web-1=active")
            Self.show([:], to: stage)
            await stage.log.wait(for: "held: web: web-1=active")
            stage.cluster.change { $0.services["web"] = nil }
            await stage.log.wait(for: "group waits")
            let other = RoleClaims.Claimant(group: "shop", run: 9)
            let wish = RoleClaims.Wish(
                scopes: [.init(namespace: "default", key: "role")],
                pods: [.init("uid-web-1")]
            )
            let verdict = await stage.claims.claim(wish, for: other) { stage.log.add("shop may claim") }
            #expect(verdict.isContested)
            stage.cluster.release("web-1=active")
            await stage.log.wait(for: "shop may claim")
            #expect(await stage.supervisor.endpoints.awaited == nil)
        }
    }

    private static let lag = "web: the endpoints do not show the active pod yet"

    @Test func tellsOnceWhenTheEndpointsLagAndWhenTheyDoNoMore() async throws {
        try await Self.runMove(shown: [:]) { stage in
            await stage.log.wait(for: "move complete")
            await stage.clock.sleepBegins("sleep of 5.0")
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.lag)
            stage.clock.advance(by: .seconds(50))
            Self.show(["web-1": false], to: stage)
            Self.show(["web-1": true], to: stage)
            await stage.log.wait(for: "web: no longer: the endpoints do not show the active pod yet")
            #expect(stage.log.lines(with: Self.lag).count == 1)
        }
    }

    /// Runs a move whose endpoint lags, which was told.
    private static func runLag(_ body: @escaping @Sendable (GroupStage) async throws -> Void) async throws {
        try await runMove(shown: [:]) { stage in
            await stage.log.wait(for: "move complete")
            await stage.clock.sleepBegins("sleep of 5.0")
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.lag)
            await stage.clock.sleepBegins("sleep of 5.0", count: 2)
            try await body(stage)
        }
    }

    private static let over = "web: no longer: the endpoints do not show the active pod yet"
    private static let dropped = "web: the endpoints of a pod are not waited for any more member.name=web-1"

    /// What cannot be seen is not over.
    @Test func aLagThatCannotBeSeenAnyMoreIsNotOver() async throws {
        try await Self.runLag { stage in
            let request = RequestDescription(verb: "watch", resource: EndpointSlice.resource)
            stage.cluster.endpoints.tell(.failing(KubernetesError(request, .status(code: 500, nil, retryAfter: .zero))))
            stage.clock.advance(by: .seconds(5))
            await stage.clock.sleepBegins("sleep of 5.0", count: 3)
            #expect(stage.log.lines(with: Self.over).isEmpty && stage.log.lines(with: Self.dropped).isEmpty)
            stage.cluster.endpoints.tell(.recovered)
            Self.show(["web-1": true], to: stage)
            await stage.log.wait(for: Self.over)
        }
    }

    @Test func aLagEndsWithItsPod() async throws {
        try await Self.runLag { stage in
            stage.changePod("web-1") { $0.metadata.labels?["app"] = "other" }
            await stage.log.wait(for: "web-1=passive@")
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.dropped)
        }
    }

    @Test func aLagEndsWithItsService() async throws {
        try await Self.runLag { stage in
            stage.cluster.change { $0.services = [:] }
            await stage.log.wait(for: Self.dropped)
        }
    }

    @Test func aLagEndsWithTheLeadAndWithTheGroup() async throws {
        try await Self.runLag { stage in
            stage.supervisor.post(.standing(.standby))
            await stage.log.wait(for: Self.dropped)
        }
        let stages = Locked<[GroupStage]>([])
        try await Self.runLag { stage in stages.withLock { $0 = [stage] } }
        #expect(stages.withLock { $0.first?.log.lines(with: Self.dropped).count } == 1)
    }

    @Test func aLagEndsWhenThePodIsReadyNoMoreAndMayBeginAnew() async throws {
        try await Self.runLag { stage in
            await stage.clock.sleepBegins("sleep of 0.1")
            await stage.log.wait(for: "write record web-1@2", count: 2)
            stage.changePod("web-1") { $0.status?.isReady = false }
            await Self.waitUntilSeen(stage, repairs: 1)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.dropped)
            stage.changePod("web-1") { $0.status?.isReady = true }
            await Self.waitUntilSeen(stage, repairs: 2)
            await stage.clock.sleepBegins("sleep of 5.0", count: 3)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.lag, count: 2)
        }
    }

    /// Takes the label of the passive pod away; once it is set right, what was before that was seen, too.
    private static func waitUntilSeen(_ stage: GroupStage, repairs: Int) async {
        stage.changePod("web-0") { $0.metadata.labels?["role"] = nil }
        await stage.log.wait(for: "web-0=passive@2", count: 1 + repairs)
    }

    /// Why a pod that is not Ready is no endpoint is no riddle.
    @Test func aPodThatIsNotReadyIsNoLag() async throws {
        try await Self.runMove(shown: [:]) { stage in
            await stage.log.wait(for: "move complete")
            await stage.clock.sleepBegins("sleep of 5.0")
            // The record of the move waits no longer, and the group decides again.
            await stage.clock.sleepBegins("sleep of 0.1")
            stage.clock.advance(by: .milliseconds(100))
            await stage.log.wait(for: "write record web-1@2", count: 2)
            stage.changePod("web-1") { $0.status?.isReady = false }
            await Self.waitUntilSeen(stage, repairs: 1)
            stage.clock.advance(by: .seconds(5))
            await stage.clock.sleepBegins("sleep of 5.0", count: 2)
            #expect(stage.log.lines(with: Self.lag).isEmpty)
            stage.changePod("web-1") { $0.status?.isReady = true }
            await Self.waitUntilSeen(stage, repairs: 2)
            stage.clock.advance(by: .seconds(5))
            await stage.log.wait(for: Self.lag)
        }
    }
}

extension GroupStage {
    /// The moves on the Lease.
    fileprivate var moves: [StoredMove] {
        let lease = cluster.objects.leases[RecordMapping.name(of: configuration.name)]
        return RecordMapping.moves(lease?.metadata.annotations?[RecordMapping.Annotation.history])
    }
}
