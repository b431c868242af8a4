import FailoverCore
import StandbyConfiguration

/// What waits for a time of the wall clock: windows of voluntary moves, and requests for later.
extension GroupSupervisor {
    /// Tells the machine what the calendar says, if something waits for that and nobody has read it for a minute.
    ///
    /// The machine asks to be woken by then, so that a wall clock that was set is followed within a minute.
    func readCalendar() {
        let now = surroundings.clock.now()
        guard machine.awaitsCalendar(at: now) else { return }
        let policy = policy(at: now)
        tell { $0.policyChanged(policy, at: now) }
    }

    /// Whether voluntary moves may be made now; nil: always.
    func window(at now: MonotonicTime) -> MoveWindow? {
        guard let calendar = MoveCalendar(configuration.failover.preemptWindows) else { return nil }
        complain(
            of: .windows,
            calendar.unknownZones.map {
                "failover.preemptWindows: this system knows no time zone \($0); its window never opens"
            }
        )
        return calendar.window(at: now, wallTime: surroundings.wallTime())
    }

    /// When the request that waits for its time is due; nil: none does.
    func due(at now: MonotonicTime) -> DueTime? {
        machine.record?.record.request?.due.map { DueTime($0, at: now, wallTime: surroundings.wallTime()) }
    }
}
