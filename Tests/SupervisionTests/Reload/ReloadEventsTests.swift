import Coordination
import Testing
import YAMLDocument

@testable import StandbyConfiguration
@testable import Supervision

/// The Events on the supervisor's own pod.
@Suite struct ReloadEventsTests {
    private final class Told: Sendable {
        let lines = Locked<[String]>([])
    }

    private let told = Told()
    private var events: ReloadEvents {
        ReloadEvents { [told] reason, note in told.lines.withLock { $0.append("\(reason.rawValue): \(note)") } }
    }

    private static let stays = "; the configuration that was running stays; validate and the log tell more"

    @Test func whatIsWrongIsToldOnceUntilSomethingElseIs() {
        let events = events
        let mark = YAMLMark(line: 3, column: 5)
        let mistake = ReloadOutcome.Mistake(Diagnostic(.missingKey("x"), path: "groups[0]", mark: mark))
        for _ in 0..<3 { events.tell(.refused([mistake, mistake])) }
        for _ in 0..<3 { events.tell(.unreadable) }
        events.tell(.unchanged)
        events.tell(.applied(counts: "1 added"))
        events.tell(.unreadable)
        #expect(
            told.lines.withLock { $0 } == [
                "ConfigInvalid: the file has mistakes: 2, the first at 3:5 groups[0]\(Self.stays)",
                "ConfigInvalid: the file cannot be read\(Self.stays)",
                "ConfigReloaded: the configuration was reloaded: 1 added",
                "ConfigInvalid: the file cannot be read\(Self.stays)",
            ]
        )
    }
}
