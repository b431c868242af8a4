import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// Which groups run as the configuration changes, and what one leaves to the next.
@Suite(.timeLimit(.minutes(5))) struct SupervisedGroupsTests {
    /// Groups on one cluster without a server; each run of a group is known by its number.
    private final class Stage: Sendable {
        let log = EventLog()
        let clock = TestClock()
        let cluster: FakeCluster
        let probes: FakeProbes
        let supervised: SupervisedGroups

        init() throws {
            let (log, clock, claims) = (log, clock, ClaimRegistry())
            let cluster = FakeCluster(log: log)
            let probes = FakeProbes(clock: clock, log: log)
            (self.cluster, self.probes) = (cluster, probes)
            supervised = Self.groups(on: cluster, probes, claims, clock, log)
            let services = try [Samples.service("web"), Samples.service("db", selector: Self.selector("db"))]
            let pods = try [
                Samples.pod("web-0", role: "active"), Samples.pod("web-1", number: 1, role: "passive"),
                Samples.pod("db-0", number: 2, app: "db", role: "active"),
            ]
            cluster.change { objects in
                for service in services { objects.services[service.metadata.name ?? ""] = service }
                for pod in pods { objects.pods[pod.metadata.name ?? ""] = pod }
            }
        }

        /// Groups that name a namespace are in shard 1, the others in shard 0; those with a cooldown of 7 s are observed.
        static func groups(
            on cluster: FakeCluster,
            _ probes: FakeProbes,
            _ claims: ClaimRegistry,
            _ clock: TestClock,
            _ log: EventLog
        ) -> SupervisedGroups {
            SupervisedGroups(
                namespace: "default",
                claims: claims,
                sharing: .init(
                    shard: { $0.namespace == nil ? 0 : 1 },
                    observes: { $0.failover.cooldown == .seconds(7) }
                )
            ) { namespace in
                log.add("informers of \(namespace)")
                return .init(
                    pods: cluster.pods,
                    services: cluster.services,
                    leases: cluster.leases,
                    endpoints: cluster.endpoints
                )
            } makeSupervisor: { group, namespace, start in
                log.add("run \(start.claimant.run) of \(group.name) in \(namespace)")
                return GroupSupervisor(
                    group,
                    namespace: namespace,
                    claimant: start.claimant,
                    identity: "me",
                    isDryRun: false,
                    standing: start.standing,
                    surroundings: GroupStage.surroundings(cluster, probes, claims, start.gate, clock, log, group)
                )
            }
        }

        static func selector(_ app: String) -> String { #"{"app":"\#(app)","role":"active"}"# }

        /// Runs the groups with a configuration, and ends it after `body`.
        func run(
            _ groups: String...,
            holding shards: [Int] = [0, 1],
            body: @escaping @Sendable (Stage) async throws -> Void
        ) async throws {
            let first = try Samples.configuration(list: groups)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    await self.supervised.run()
                    self.log.add("groups ended")
                }
                for shard in shards { await supervised.shardTaken(shard, authority: WriteAuthority(until: nil)) }
                _ = await supervised.apply(first)
                try await body(self)
                supervised.finish()
                try await group.waitForAll()
            }
        }

        @discardableResult
        func apply(_ groups: String...) async throws -> ConfigurationDiff {
            await supervised.apply(try Samples.configuration(list: groups))
        }

        var active: [String] {
            cluster.objects.pods.values.filter { $0.metadata.labels?["role"] == "active" }
                .compactMap(\.metadata.name).sorted()
        }
    }

    private static let web = Samples.text()
    private static let db = Samples.text("db", service: "db")

    @Test func runsAllGroupsAndEndsThemTogether() async throws {
        let stage = try Stage()
        try await stage.run(Self.web, Self.db) { stage in
            await stage.log.wait(for: "active member is on record", count: 2)
        }
        #expect(stage.log.lines(with: " of default") == ["informers of default"])
        #expect(stage.log.lines(with: "in default") == ["run 1 of web in default", "run 2 of db in default"])
        #expect(Set(stage.log.lines(with: "probes end")) == ["web: probes end", "db: probes end"])
        // Groups need their informers to the end.
        let (lastGroup, firstInformer) = (
            stage.log.lines.lastIndex { $0.hasSuffix("probes end") } ?? .max,
            stage.log.lines.firstIndex { $0.hasPrefix("pods end") || $0.hasPrefix("services end") } ?? .min
        )
        #expect(lastGroup < firstInformer && stage.log.lines.last == "groups ended")
    }

    @Test func aGroupThatIsAddedIsRunBesideTheOthers() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            let diff = try await stage.apply(Self.web, Self.db)
            #expect(diff.added == ["db"] && diff.changed == [] && diff.removed == [])
            await stage.log.wait(for: "db: active member is on record")
        }
        #expect(stage.log.lines(with: "web: read record").count == 1 && stage.active == ["db-0", "web-0"])
    }

    @Test func aGroupThatIsRemovedEndsAndItsPodsKeepTheirLabels() async throws {
        let stage = try Stage()
        try await stage.run(Self.web, Self.db) { stage in
            await stage.log.wait(for: "active member is on record", count: 2)
            let diff = try await stage.apply(Self.web)
            #expect(diff.removed == ["db"])
            await stage.log.wait(for: "db: probes end")
            #expect(stage.log.lines(with: "web: probes end").isEmpty)
        }
        #expect(stage.active == ["db-0", "web-0"])
    }

    @Test func anEmptyConfigurationEndsAllAndTheirInformers() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            _ = await stage.supervised.apply(SupervisorConfiguration(groups: []))
            await stage.log.wait(for: "web: probes end")
            await stage.log.wait(for: "pods end")
            try await stage.apply(Self.web)
            await stage.log.wait(for: "web: read record", count: 2)
        }
        #expect(stage.log.lines(with: "informers of").count == 2)
    }

    @Test func aGroupThatIsChangedGoesOnAndKeepsWhatItKnows() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            let more = ", paused: true, probe: {tcpSocket: {port: 80}, periodSeconds: 7}"
            let diff = try await stage.apply(Samples.text("web", service: "web", more))
            #expect(diff.changed == ["web"])
            await stage.log.wait {
                stage.probes.targets(of: "web")["web-0"]?.probe.timing.period == .seconds(7)
            }
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "web: move withheld, the group is paused")
        }
        #expect(stage.log.lines(with: "run 2").isEmpty && stage.log.lines(with: "web: read record").count == 1)
    }

    /// Another name is another record: the group of the new name begins with what it finds, and moves nothing.
    @Test func aGroupThatIsRenamedMovesNothing() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            let diff = try await stage.apply(Samples.text("shop", service: "web"))
            #expect(diff.added == ["shop"] && diff.removed == ["web"])
            await stage.log.wait(for: "shop: active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "shop: move complete")
        }
        #expect(stage.active == ["db-0", "web-1"] && stage.log.lines(with: "web: move").isEmpty)
        #expect(stage.log.lines(with: "=active@").allSatisfy { $0.hasPrefix("shop: ") })
    }

    @Test func aGroupOfAnotherNamespaceIsAnotherOneAndHasItsOwnInformers() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            try await stage.apply(Samples.text("web", service: "web", ", namespace: shop"))
            await stage.log.wait(for: "web: probes end")
            await stage.log.wait(for: "informers of shop")
            await stage.log.wait(for: "pods end")
        }
        #expect(stage.log.lines(with: "run 2 of web in shop").count == 1)
    }

    /// The second run of a name begins when the first has ended, whatever it was busy with.
    @Test func theSuccessorOfARunWaitsForItsEnd() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            stage.cluster.plan(.hold, on: "web-1=active")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: web: web-1=active")
            _ = await stage.supervised.apply(SupervisorConfiguration(groups: []))
            try await stage.apply(Self.web)
            await stage.log.wait(for: "run 2 of web")
            #expect(stage.log.lines(with: "web: read record").count == 1)
            stage.cluster.release("web-1=active")
            await stage.log.wait(for: "web: read record", count: 2)
        }
        let (end, begin) = (
            stage.log.lines.firstIndex(of: "web: probes end") ?? .max,
            stage.log.lines.lastIndex(of: "web: read record") ?? .min
        )
        #expect(end < begin && stage.active == ["db-0", "web-1"])
    }

    /// A Service that passes from one group to another in one reload: the newcomer waits for the pods, not for ever.
    @Test func podsPassFromAGroupThatEndsToAnother() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            stage.cluster.plan(.hold, on: "web: web-1=active")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: web: web-1=active")
            try await stage.apply(Samples.text("shop", service: "web"))
            await stage.log.wait(for: "shop: read record")
            #expect(stage.log.lines(with: "shop: ").allSatisfy { !$0.contains("@") })
            stage.cluster.release("web-1=active")
            await stage.log.wait(for: "shop: active member is on record")
        }
        #expect(stage.active == ["db-0", "web-1"])
    }

    @Test func aReloadAfterTheEndRunsNothing() async throws {
        let stage = try Stage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
        }
        try await stage.apply(Self.web, Self.db)
        #expect(stage.log.lines.last { $0.contains("record") }?.hasPrefix("web") == true)
        #expect(stage.log.lines(with: "db: ").isEmpty)
    }

    @Test func isReadyOnceAllNamespacesAreListed() async throws {
        let stage = try Stage()
        #expect(await stage.supervised.isReady, "there is nothing to wait for")
        try await stage.run(Self.web) { stage in
            #expect(await stage.supervised.isReady)
        }
        let late = FakeCluster(log: EventLog())
        let supervised = Stage.groups(on: late, stage.probes, ClaimRegistry(), stage.clock, stage.log)
        _ = await supervised.apply(try Samples.configuration(Self.web))
        #expect(await !supervised.isReady)
        late.pods.show([], version: 1)
        #expect(await !supervised.isReady)
        late.services.show([], version: 1)
        #expect(await supervised.isReady, "requests are not heard at once without the Leases, and that is all")
    }

    // MARK: Shards

    private static let far = Samples.text("db", service: "db", ", namespace: far")
    private static let observed = Samples.text("web", service: "web", ", failover: {cooldownSeconds: 7}")

    @Test func leadsTheGroupsOfItsShardsOnly() async throws {
        let stage = try Stage()
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
        let stage = try Stage()
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
        let stage = try Stage()
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

    @Test func aReloadWithoutTheLeadIsKnownWhenItComes() async throws {
        let stage = try Stage()
        try await stage.run(Self.web, holding: []) { stage in
            let diff = try await stage.apply(Self.web, Self.db)
            #expect(diff.added == ["db"])
            await stage.supervised.shardTaken(0, authority: WriteAuthority(until: nil))
            await stage.log.wait(for: "active member is on record", count: 2)
        }
        #expect(Set(stage.log.lines(with: "in default")) == ["run 1 of web in default", "run 2 of db in default"])
    }
}
