import FailoverCore
import Foundation
import HostSystem
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// Windows by the clocks of their zones, on days of which it is known what clocks do.
@Suite struct MoveCalendarTests {
    private static func calendar(_ windows: String...) throws -> MoveCalendar {
        try #require(MoveCalendar(windows.map { try PreemptWindow($0) }))
    }

    private static func time(_ text: String) throws -> MicroTime { try #require(MicroTime(text)) }

    /// The minutes of a day, by UTC, at which a calendar opens and closes.
    private static func changes(_ calendar: MoveCalendar, on day: String) throws -> [String] {
        let start = try time("\(day)T00:00:00Z").seconds
        return (Int64(0)..<1440).compactMap { minute in
            let second = start + minute * 60
            let (before, now) = (calendar.isOpen(at: second - 1), calendar.isOpen(at: second))
            if before == now { return nil }
            let clock = [minute / 60, minute % 60].map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
            return (now ? "open " : "closed ") + clock
        }
    }

    /// In Berlin clocks go from 02:00 to 03:00 on 29 March 2026 at 01:00 UTC, and from 03:00 to 02:00 on 25 October at 01:00 UTC.
    @Test(
        arguments: [
            ("Sat 02:00-04:00 Europe/Berlin", "2026-03-28", ["open 01:00", "closed 03:00"]),
            ("Sun 02:00-04:00 Europe/Berlin", "2026-03-29", ["open 01:00", "closed 02:00"]),
            ("Sun 02:15-02:45 Europe/Berlin", "2026-03-29", []),
            ("Sun 01:30-02:30 Europe/Berlin", "2026-03-29", ["open 00:30", "closed 01:00"]),
            ("Sun 02:30-03:30 Europe/Berlin", "2026-03-29", ["open 01:00", "closed 01:30"]),
            ("Sun 02:15-02:45 Europe/Berlin", "2026-03-22", ["open 01:15", "closed 01:45"]),
            ("Sun 02:00-04:00 Europe/Berlin", "2026-10-25", ["open 00:00", "closed 03:00"]),
            (
                "Sun 02:15-02:45 Europe/Berlin", "2026-10-25",
                ["open 00:15", "closed 00:45", "open 01:15", "closed 01:45"]
            ),
            ("Sun 01:30-02:30 Europe/Berlin", "2026-10-25", ["closed 00:30", "open 01:00", "closed 01:30"]),
            ("Sat 22:00-02:30 Europe/Berlin", "2026-10-24", ["open 20:00"]),
            ("Sat 22:00-02:30 Europe/Berlin", "2026-10-25", ["closed 00:30", "open 01:00", "closed 01:30"]),
            ("Sun 02:30-03:30 Australia/Lord_Howe", "2026-04-04", ["open 16:00", "closed 17:00"]),
            ("Sun 01:30-02:00 Australia/Lord_Howe", "2026-04-04", ["open 14:30", "closed 15:30"]),
            ("Mon 00:00-24:00 Pacific/Kiritimati", "2026-06-07", ["open 10:00"]),
            ("Fri 23:00-01:00 UTC", "2027-01-01", ["open 23:00"]),
            ("Fri 23:00-01:00 UTC", "2027-01-02", ["closed 01:00"]),
            ("Daily 00:00-24:00 UTC", "2027-01-02", []),
        ] as [(String, String, [String])]
    )
    func followsTheLocalClock(window: String, day: String, changes: [String]) throws {
        #expect(try Self.changes(Self.calendar(window), on: day) == changes)
    }

    @Test func oneOfSeveralIsEnough() throws {
        let calendar = try Self.calendar("Mon 02:00-03:00 UTC", "Mon 03:00-04:00 UTC")
        #expect(try Self.changes(calendar, on: "2026-06-01") == ["open 02:00", "closed 04:00"])
    }

    @Test func withoutWindowsThereIsNoCalendar() {
        #expect(MoveCalendar(nil) == nil)
    }

    @Test func aZoneThatTheSystemLostOpensNothing() throws {
        let lost = MoveCalendar(
            [try PreemptWindow("Daily 00:00-24:00 Europe/Berlin")],
            in: ZoneDatabase(folder: "/no/such")
        )
        #expect(lost?.unknownZones == ["Europe/Berlin"] && lost?.isOpen(at: 0) == false)
    }

    /// What the machine is told holds until the next change, and for a minute at most.
    @Test(arguments: [
        ("2026-06-01T01:58:30.5Z", false, 60), ("2026-06-01T01:59:30.5Z", false, 29.5),
        ("2026-06-01T01:59:00Z", false, 60),
        ("2026-06-01T02:00:00Z", true, 60), ("2026-06-01T02:59:59.75Z", true, 0.25),
        ("2026-06-01T03:00:00Z", false, 60),
    ])
    func tellsHowLongItsAnswerHolds(time: String, isOpen: Bool, seconds: Double) throws {
        let now = MonotonicTime(nanoseconds: 7_000_000_000)
        let shown = Date(timeIntervalSince1970: Double(try Self.time(time).microseconds) / 1e6)
        let window = try Self.calendar("Mon 02:00-03:00 UTC").window(at: now, wallTime: shown)
        #expect(window.isOpen == isOpen)
        #expect(abs(window.until.since(now) / .seconds(1) - seconds) < 0.001)
    }

    @Test(arguments: [(100.0, 100), (0.0, 0), (-3600.0, 0), (2_592_000.0, 2_592_000)])
    func tellsWhenARequestIsDue(ahead: Double, seconds: Int) {
        let now = MonotonicTime(nanoseconds: 7_000_000_000)
        let due = DueTime(1_790_000_000_000_000, at: now, wallTime: Date(timeIntervalSince1970: 1_790_000_000 - ahead))
        #expect(
            due.named == 1_790_000_000_000_000 && due.at == now + .seconds(seconds) && due.until == now + .seconds(60)
        )
    }
}
