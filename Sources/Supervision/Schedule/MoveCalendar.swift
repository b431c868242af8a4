import FailoverCore
import Foundation
import HostSystem
import KubernetesClient
import StandbyConfiguration

/// The windows of a group, by the wall clock and the system's time zones.
struct MoveCalendar: Sendable {
    /// A window, and the rules of its zone; nil: the system knows it no more.
    private let windows: [(window: PreemptWindow, rules: ZoneRules?)]

    /// Nil: voluntary moves may always be made.
    init?(_ windows: [PreemptWindow]?, in zones: ZoneDatabase = .system) {
        guard let windows else { return nil }
        self.windows = windows.map { ($0, zones.rules(of: $0.zone)) }
    }

    /// Zones that are not known, so that their windows never open.
    var unknownZones: [String] { windows.filter { $0.rules == nil }.map(\.window.zone) }

    /// Whether one of the windows is open, `time` in seconds since 1970.
    func isOpen(at time: Int64) -> Bool {
        windows.contains { window, rules in
            guard let rules else { return false }
            let local = time + Int64(rules.offset(at: time))
            let minutes = (local - ((local % 60) + 60) % 60) / 60
            let minute = ((minutes % 1440) + 1440) % 1440
            // 1970 began on a Thursday, the fourth day of a week that begins with Monday.
            let weekday = ((((minutes - minute) / 1440 + 3) % 7) + 7) % 7 + 1
            return window.isOpen(weekday: Int(weekday), minute: Int(minute))
        }
    }

    /// What the machine is told: whether one is open, until it changes or a minute is over.
    ///
    /// Windows begin and end, and clocks change, at whole minutes; between two of them nothing can change.
    func window(at now: MonotonicTime, wallTime: Date) -> MoveWindow {
        let shown = MicroTime(wallTime)
        let isOpen = isOpen(at: shown.seconds)
        let next = (shown.seconds / 60 + 1) * 60
        let rest = Duration.microseconds(next * 1_000_000 - shown.microseconds)
        let isChanging = self.isOpen(at: next) != isOpen
        return MoveWindow(isOpen: isOpen, until: now + (isChanging ? rest : MoveWindow.validity))
    }
}

extension DueTime {
    /// When a time of the wall clock is by the monotonic clock, `wallTime` and `now` being shown at one moment.
    init(_ named: Int64, at now: MonotonicTime, wallTime: Date) {
        let rest = named.subtractingReportingOverflow(MicroTime(wallTime).microseconds).partialValue
        self.init(named: named, at: now + .microseconds(max(0, rest)), until: now + MoveWindow.validity)
    }
}
