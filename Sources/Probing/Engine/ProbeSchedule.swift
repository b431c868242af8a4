import FailoverCore
import StandbyConfiguration

/// When a member is probed.
enum ProbeSchedule {
    /// Probes start on ticks of this length, so that many share one wake-up, ns.
    static let tick: UInt64 = 10_000_000

    /// The first probe: spread over the fast period, or over as much of the period as many members need.
    ///
    /// `phase`: a hash of the member.
    /// `count`: members in all.
    static func first(_ target: ProbeTarget, phase: UInt64, count: Int, now: UInt64) -> UInt64 {
        let timing = target.probe.timing
        let spread = min(timing.period, max(timing.fastPeriod, .milliseconds(count)))
        return onTick(now + target.initialWait.wholeNanoseconds + phase % max(1, spread.wholeNanoseconds))
    }

    /// The probe after one that was due at `due`; a late one moves the phase instead of being made up for.
    static func next(after due: UInt64, isCounting: Bool, timing: ProbeTiming, now: UInt64) -> UInt64 {
        let interval = isCounting ? timing.fastPeriod : timing.period
        return onTick(max(due + interval.wholeNanoseconds, now))
    }

    private static func onTick(_ time: UInt64) -> UInt64 { (time + tick - 1) / tick * tick }
}
