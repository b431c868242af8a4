import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// Which groups run as the configuration changes, and what one leaves to the next.
@Suite(.timeLimit(.minutes(5))) struct SupervisedGroupsTests {
    private static let web = Samples.text()
    private static let db = Samples.text("db", service: "db")

    @Test func runsAllGroupsAndEndsThemTogether() async throws {
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
            let diff = try await stage.apply(Self.web, Self.db)
            #expect(diff.added == ["db"] && diff.changed == [] && diff.removed == [])
            await stage.log.wait(for: "db: active member is on record")
        }
        #expect(stage.log.lines(with: "web: read record").count == 1 && stage.active == ["db-0", "web-0"])
    }

    @Test func aGroupThatIsRemovedEndsAndItsPodsKeepTheirLabels() async throws {
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
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
        let stage = try SupervisedGroupsStage()
        try await stage.run(Self.web) { stage in
            await stage.log.wait(for: "web: active member is on record")
        }
        try await stage.apply(Self.web, Self.db)
        #expect(stage.log.lines.last { $0.contains("record") }?.hasPrefix("web") == true)
        #expect(stage.log.lines(with: "db: ").isEmpty)
    }

    @Test func isReadyOnceAllNamespacesAreListed() async throws {
        let stage = try SupervisedGroupsStage()
        #expect(await stage.supervised.isReady, "there is nothing to wait for")
        try await stage.run(Self.web) { stage in
            #expect(await stage.supervised.isReady)
        }
        let late = FakeCluster(log: EventLog())
        let supervised = SupervisedGroupsStage.groups(on: late, stage.probes, ClaimRegistry(), stage.clock, stage.log)
        _ = await supervised.apply(try Samples.configuration(Self.web))
        #expect(await !supervised.isReady)
        late.pods.show([], version: 1)
        #expect(await !supervised.isReady)
        late.services.show([], version: 1)
        #expect(await supervised.isReady, "requests are not heard at once without the Leases, and that is all")
    }
}
