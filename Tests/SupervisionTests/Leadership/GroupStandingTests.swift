import FailoverCore
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// A group that another supervisor leads, or may lead.
@Suite(.timeLimit(.minutes(5))) struct GroupStandingTests {
    @Test func whatAnotherLeadsIsProbedAndNothingElse() async throws {
        let stage = GroupStage(try Samples.group(), standing: .standby, authority: .none)
        try stage.place(["active", nil, "passive"])
        try await stage.run { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            stage.probes.set(.unhealthy, "web-0")
            stage.probes.set(.healthy, "web-1")
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "move complete")
        }
        let lines = stage.log.lines
        let first = try #require(lines.firstIndex { $0.hasPrefix("web: ") && !$0.contains("read record") })
        #expect(
            lines[first].hasPrefix("web: move begins"),
            "what was seen as a standby counts, and nothing was told before"
        )
        #expect(stage.actives == ["web-1"] && stage.record?.holder?.name == "web-1")
    }

    /// A standby says nothing, and what it saw still holds when it takes over.
    @Test func aTakeoverTellsWhatStillHolds() async throws {
        let stage = try GroupStage.standby(["active"])
        try await stage.run { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            stage.probes.set(.unhealthy, "web-0")
            stage.ask("other/1")
            // Its answer shows that it knows.
            await stage.log.wait(for: "answer unhealthy")
            #expect(stage.log.lines(with: "no healthy candidate").isEmpty)
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "no healthy candidate")
        }
    }

    @Test func aTakeoverAloneMovesNothing() async throws {
        let stage = GroupStage(try Samples.group(), standing: .standby, authority: .none)
        try stage.place(["passive", "active", "passive"])
        try await stage.run { stage in
            await stage.log.wait { !stage.probes.targets(of: "web").isEmpty }
            for pod in ["web-0", "web-1", "web-2"] { stage.probes.set(.healthy, pod) }
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.actives == ["web-1"] && stage.log.lines(with: "web: web-").isEmpty)
    }

    /// Whoever is in doubt keeps probing and remembers, and acts as soon as the lead is renewed.
    @Test func inDoubtNothingIsWrittenAndNothingForgotten() async throws {
        let authority = WriteAuthority(until: MonotonicTime(nanoseconds: .max - 1))
        let stage = GroupStage(try Samples.group(), authority: authority)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.healthy, "web-1")
            authority.end(at: stage.clock.clock.now())
            stage.supervisor.post(.standing(.inDoubt))
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "withheld")
            #expect(stage.actives == ["web-0"])
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    /// Between any two writes of a switch: what was not sent yet waits, and asks the API server nothing.
    @Test(arguments: ["write record", "web-0=passive", "web-1=active"])
    func aSwitchWaitsForMoreTime(request: String) async throws {
        let authority = WriteAuthority(until: MonotonicTime(nanoseconds: .max - 1))
        let stage = GroupStage(try Samples.group(), authority: authority)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.healthy, "web-1")
            stage.cluster.plan(.hold, on: request)
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: ")
            authority.end(at: stage.clock.clock.now())
            stage.cluster.release(request)
            // A later report is heard, so that everything before it was.
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "member.name=web-0 member.health=unhealthy", count: 2)
            authority.extend(to: MonotonicTime(nanoseconds: .max))
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.record?.holder?.name == "web-1")
    }

    /// Without authority a switch in hand cannot be finished: the group ends when its grace is over.
    @Test func endsWithASwitchInHandOnceTheLeadIsLost() async throws {
        let authority = WriteAuthority(until: MonotonicTime(nanoseconds: .max - 1))
        let stage = GroupStage(try Samples.group(), authority: authority)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.healthy, "web-1")
            stage.cluster.plan(.hold, on: "web-0=passive")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: ")
            authority.end(at: stage.clock.clock.now())
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .zero))
            stage.cluster.release("web-0=passive")
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.record?.holder?.name == "web-1", "the next leader finds the move announced")
    }
}
