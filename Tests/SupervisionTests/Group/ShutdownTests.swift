import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group that is told to end: it begins nothing new, and finishes what it has begun.
@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
    /// Runs a group with `web-0` active, whose next request with these words is held, and breaks `web-0`.
    private func runUntilHeld(
        _ request: String,
        _ body: @escaping @Sendable (GroupStage) async -> Void
    ) async throws -> GroupStage {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.plan(.hold, on: request)
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: ")
            await body(stage)
        }
        return stage
    }

    @Test func endsAtOnceWhenNothingIsUnderWay() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.story.suffix(2) == ["web: probes end", "web: ended"])
        #expect(stage.cluster.pods.subscriberCount == 0 && stage.cluster.services.subscriberCount == 0)
        #expect(stage.cluster.leases.subscriberCount == 0)
    }

    @Test func endsBeforeItsPodsAreKnown() async throws {
        let stage = GroupStage(try Samples.group())
        try await stage.run { _ in }
        #expect(stage.story == ["web: probes end", "web: ended"])
    }

    /// An answer that does not come holds nothing up while nothing was begun.
    @Test(arguments: ["read record", "write record"])
    func doesNotWaitForTheRecord(request: String) async throws {
        let stage = GroupStage(try Samples.group())
        stage.cluster.plan(.hold, on: request)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "held: web: \(request)")
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.record == nil && stage.actives == ["web-0"])
        #expect(stage.clock.sleeps == [])
    }

    /// Whichever request the end meets, the switch is completed, and nobody is left without an active pod.
    @Test(arguments: ["write record", "list", "web-2=passive", "web-0=passive", "web-1=active"])
    func finishesASwitch(request: String) async throws {
        let stage = try await runUntilHeld(request) { stage in
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            // What comes now is heard after the shutdown.
            stage.probes.set(.unhealthy, "web-2")
            await stage.log.wait(for: "member.name=web-2 member.health=unhealthy")
            stage.cluster.release(request)
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.actives == ["web-1"] && stage.record?.holder?.name == "web-1")
        #expect(stage.log.lines(with: "move complete").count == 1)
    }

    @Test(arguments: ["web-0=passive", "web-1=active"])
    func givesASwitchFiveSecondsAndNoMore(request: String) async throws {
        let stage = try await runUntilHeld(request) { stage in
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            await stage.clock.sleepBegins("sleep of \(Duration.seconds(5))")
            stage.clock.advance(by: .milliseconds(4999))
            stage.probes.set(.unhealthy, "web-2")
            await stage.log.wait(for: "member.name=web-2 member.health=unhealthy")
            #expect(stage.log.lines(with: "web: ended").isEmpty)
            stage.clock.advance(by: .milliseconds(1))
            await stage.log.wait(for: "web: ended")
        }
        // The next supervisor finishes it: the record names who is to be active.
        #expect(stage.record?.holder?.name == "web-1" && stage.record?.origin == .intended)
        #expect(stage.log.lines(with: "move complete").isEmpty)
    }

    @Test func theNextSupervisorFinishesWhatTheLastOneCouldNot() async throws {
        let first = try await runUntilHeld("web-1=active") { stage in
            stage.supervisor.post(.shutdownDeadline)
            await stage.log.wait(for: "web: ended")
        }
        let second = GroupStage(try Samples.group(), run: 2)
        let left = first.cluster.objects
        second.cluster.change { $0 = left }
        try await second.run { await $0.log.wait(for: "move complete") }
        #expect(first.actives == [] && second.actives == ["web-1"])
        #expect(second.record?.writer == "me-2" && second.record?.epoch == Epoch(3))
    }

    @Test func beginsNothingOnceItIsToEnd() async throws {
        let stage = try await runUntilHeld("web-1=active") { stage in
            stage.supervisor.post(.shutdown(isRemoved: false, grace: .seconds(5)))
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "member.name=web-1 member.health=unhealthy")
            stage.cluster.release("web-1=active")
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.log.lines(with: "move begins").count == 1)
        #expect(stage.log.lines(with: "move withheld").isEmpty, "the end is no pause")
    }

    @Test(arguments: [
        (["web-1"], false, "the fences of web-1 stay"), ([], true, "a pause stay"),
        (["web-0", "web-1"], true, "the fences of web-0, web-1 and a pause stay"),
    ]) func tellsWhatOperatorsAskedForWhenTheGroupIsRemoved(
        fenced: [String],
        isPaused: Bool,
        words: String
    ) async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["passive", "passive", "active"])
        var record = GroupRecord(
            holder: .init(name: "web-2", id: .init("uid-web-2")),
            epoch: Epoch(1),
            origin: .adopted,
            writer: "another",
            reason: ""
        )
        record.fenced = Set(fenced)
        record.pause = isPaused ? Pause(id: "p", rest: nil) : nil
        stage.placeLease(record)
        try await stage.run { stage in
            await stage.log.wait(for: "member.health=healthy", count: 3)
            // That it was asked for is told before the answer is heard.
            while await stage.supervisor.machine.record == nil { await Task.yield() }
            stage.supervisor.post(.shutdown(isRemoved: true, grace: .seconds(5)))
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.log.lines(with: "the group ends").map { $0.contains(words) } == [true], "\(stage.log.lines)")
    }

    @Test func saysNothingOfARemovedGroupThatNothingWasAskedOf() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.supervisor.post(.shutdown(isRemoved: true, grace: .seconds(5)))
            await stage.log.wait(for: "web: ended")
        }
        #expect(stage.log.lines(with: "the group ends").isEmpty)
    }

    @Test func endsWhenItsTaskIsCancelled() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        stage.cluster.plan(.hold, on: "write record")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await stage.supervisor.run() }
            await stage.log.wait(for: "held: ")
            group.cancelAll()
        }
        #expect(stage.log.lines.last == "web: probes end")
    }
}
