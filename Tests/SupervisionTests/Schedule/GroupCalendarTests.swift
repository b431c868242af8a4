import Coordination
import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group that follows the wall clock.
@Suite(.timeLimit(.minutes(5))) struct GroupCalendarTests {
    /// 2026-06-01, a Monday, 00:00 by UTC.
    private static let monday = Date(timeIntervalSince1970: 1_780_272_000)

    private static func run(
        _ more: String,
        from start: Date = monday,
        _ body: @escaping @Sendable (GroupStage, Locked<Date>) async throws -> Void
    ) async throws {
        let wall = Locked(start)
        let stage = GroupStage(try Samples.group("web", ", \(more)"), wallTime: { wall.withLock { $0 } })
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            try await body(stage, wall)
        }
    }

    private static let preempting = """
        priorities: [{pod: web-1, priority: 200}],
        failover: {preempt: true, preemptDelaySeconds: 0, cooldownSeconds: 0, preemptWindows: [Mon 02:00-04:00 Europe/Berlin]}
        """

    /// 02:00 in Berlin is midnight by UTC.
    @Test func aWindowThatIsOpenAllowsAVoluntaryMove() async throws {
        let stage = GroupStage(try Samples.group("web", ", \(Self.preempting)"), wallTime: { Self.monday })
        try stage.place(["active", "passive"])
        // If both are known to be healthy before the active one is on record, the move puts it there.
        try await stage.run { stage in await stage.log.wait(for: "move complete to=web-1") }
        #expect(stage.actives == ["web-1"])
    }

    /// The wall clock is set, and nobody tells the group: a minute later it knows.
    @Test func aWallClockThatIsSetIsFollowedWithinAMinute() async throws {
        let wall = Locked(Self.monday.addingTimeInterval(-7200))
        let stage = GroupStage(try Samples.group("web", ", \(Self.preempting)"), wallTime: { wall.withLock { $0 } })
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            await stage.clock.sleepBegins("sleep of 60.0 seconds")
            #expect(stage.actives == ["web-0"])
            wall.withLock { $0 = Self.monday }
            stage.clock.advance(by: .seconds(60))
            await stage.log.wait(for: "move complete to=web-1")
        }
        #expect(stage.actives == ["web-1"])
    }

    @Test func aSwitchoverForLaterIsMadeInItsTime() async throws {
        // Records are read by the true clock, and one that was due long ago is refused.
        let start = Date().timeIntervalSince1970.rounded(.down)
        try await Self.run("paused: false", from: Date(timeIntervalSince1970: start)) { stage, wall in
            await stage.log.wait(for: "health changed member.name=web-1")
            let times = [start, start + 90].map { MicroTime(Date(timeIntervalSince1970: $0)) }
            let text = #"{"id":"s","action":"Switchover","due":"\#(times[1])","at":"\#(times[0])"}"#
            stage.changeLease { $0.metadata.annotations?["kube-standby.io/scheduled"] = text }
            for wait in [60, 30] {
                await stage.clock.sleepBegins("sleep of \(wait).0 seconds")
                #expect(stage.actives == ["web-0"], "not before")
                wall.withLock { $0 += Double(wait) }
                stage.clock.advance(by: .seconds(wait))
            }
            await stage.log.wait(for: "move complete to=web-1")
            #expect(stage.actives == ["web-1"])
        }
    }
}
