import Foundation
import KubernetesClient
import Testing

@testable import FailoverCore
@testable import Supervision

/// What is kept of a group's last hour.
@Suite(.timeLimit(.minutes(5))) struct GroupTimelineTests {
    private typealias Sight = GroupTimeline.Sight

    private static func time(_ seconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds) * 1_000_000_000)
    }

    private static func web(_ health: Health, _ role: Role? = .active) -> [Sight] {
        [Sight(name: "web-0", role: role, health: health)]
    }

    /// Thousands of groups that start keep nothing for it.
    @Test func whatIsSeenFirstIsNoChange() {
        var timeline = GroupTimeline()
        #expect(timeline.reach(at: Self.time(9)) == nil)
        timeline.noted([], Self.web(.unknown, nil), at: Self.time(10))
        timeline.noted(Self.web(.unknown, nil), Self.web(.healthy, .passive), at: Self.time(11))
        timeline.noted(Self.web(.healthy), Self.web(.healthy), at: Self.time(12))
        #expect(
            Array(timeline.entries(at: Self.time(13))).isEmpty && timeline.reach(at: Self.time(13)) == Self.time(10)
        )
    }

    @Test func keepsHealthRolesAndWhoComesAndGoes() {
        var timeline = GroupTimeline()
        timeline.noted([], Self.web(.healthy), at: Self.time(1))
        timeline.noted(Self.web(.healthy), Self.web(.unhealthy), at: Self.time(2))
        timeline.noted(Self.web(.unhealthy), Self.web(.unhealthy, .passive), at: Self.time(3))
        timeline.noted(Self.web(.unhealthy), [], at: Self.time(4))
        timeline.noted(
            Self.web(.unhealthy),
            Self.web(.unhealthy) + [.init(name: "b", role: nil, health: .unknown)],
            at: Self.time(5)
        )
        let changes: [GroupTimeline.Change] = [
            .health(member: "web-0", from: .healthy, to: .unhealthy),
            .role(member: "web-0", from: .active, to: .passive), .left(member: "web-0"), .joined(member: "b"),
        ]
        #expect(timeline.entries(at: Self.time(6)).map(\.change) == changes)
    }

    @Test func forgetsWhatIsOlderThanAnHour() {
        var timeline = GroupTimeline()
        timeline.noted([], Self.web(.healthy), at: Self.time(1))
        timeline.noted(Self.web(.healthy), Self.web(.unhealthy), at: Self.time(10))
        timeline.noted(Self.web(.unhealthy), Self.web(.healthy), at: Self.time(20))
        #expect(timeline.entries(at: Self.time(3610)).map(\.time) == [Self.time(10), Self.time(20)])
        #expect(timeline.entries(at: Self.time(3611)).map(\.time) == [Self.time(20)])
        #expect(timeline.reach(at: Self.time(3611)) == Self.time(11))
    }

    /// A pod that flaps all the time takes no more than so much, and it is said how far back that reaches.
    @Test func keepsTheLastChangesAndSaysSinceWhen() {
        var timeline = GroupTimeline()
        timeline.noted([], Self.web(.healthy), at: Self.time(1))
        let count = GroupTimeline.limit + 30
        for number in 0..<count {
            let isBad = number.isMultiple(of: 2)
            timeline.noted(
                Self.web(isBad ? .healthy : .unhealthy),
                Self.web(isBad ? .unhealthy : .healthy),
                at: Self.time(100 + number)
            )
        }
        let now = Self.time(100 + count)
        #expect(Array(timeline.entries(at: now)).count == GroupTimeline.limit)
        #expect(timeline.reach(at: now) == Self.time(100 + 29))
        #expect(MemoryLayout<GroupTimeline.Entry>.size <= 48)
    }

    @Test func showsAMoveWithItsCause() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "web-1 member.health=healthy")
            let feed = await stage.supervisor.surroundings.feed
            feed.listen(true)
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move complete")
            var changes: [GroupStatus.Timeline.Change] = []
            feed.signal()
            for await _ in feed.signals {
                changes = await stage.supervisor.status(withTimeline: true).timeline?.changes ?? []
                if changes.last?.kind == "moved"
                    || changes.contains(where: { $0.kind == "role" && $0.member == "web-1" })
                {
                    break
                }
            }
            let move = try #require(changes.first { $0.kind == "moved" })
            #expect(move.from == "web-0" && move.to == "web-1" && move.cause == "ActiveUnhealthy" && move.member == nil)
            let failure = try #require(changes.first { $0.kind == "health" })
            #expect(failure.member == "web-0" && failure.from == "healthy" && failure.to == "unhealthy")
            #expect(await stage.supervisor.status().timeline == nil)
        }
    }
}

/// Who is told that a group may stand elsewhere than before.
@Suite struct StatusFeedTests {
    @Test func keepsNamesWhileSomebodyListens() {
        let feed = StatusFeed()
        feed.touched("a")
        #expect(feed.takeAll().isEmpty)
        feed.listen(true)
        for name in ["b", "a", "b"] { feed.touched(name) }
        #expect(feed.takeAll() == ["b", "a"])
        feed.touched("c")
        feed.listen(false)
        #expect(feed.takeAll().isEmpty)
    }
}

/// Times of the wall clock.
@Suite struct WallCalendarTests {
    /// What is asked twice looks the same, though no two looks at two clocks are at one moment.
    @Test func aTimeLooksTheSameUntilTheClockIsSet() {
        let calendar = WallCalendar()
        let time = MonotonicTime(nanoseconds: 5_000_000_000)
        let first = calendar.relation(at: time, .init(timeIntervalSince1970: 1000)).date(of: time)
        #expect(first.microseconds == 1_000_000_000)
        let (later, shown) = (time + .seconds(10), 1010.0003)
        #expect(calendar.relation(at: later, .init(timeIntervalSince1970: shown)).date(of: time) == first)
        let set = calendar.relation(at: later, .init(timeIntervalSince1970: shown + 60)).date(of: time)
        #expect(set.microseconds == 1_060_000_300)
    }
}
