import FailoverCore
import StandbyConfiguration

/// When a member is probed.
enum ProbeSchedule {
    /// Probes start on ticks of this length, so that many share one wake-up, ns.
    static let tick: UInt64 = 10_000_000
    /// Probes that are at least `longInterval` apart start on every fifth tick: a wake-up costs more than a probe.
    private static let coarseTick = 5 * tick
    private static let longInterval: UInt64 = 10_000_000_000

    /// The first probe: spread over the fast period, or over as much of the period as many members need.
    ///
    /// `phase`: a hash of the member.
    /// `count`: members in all.
    static func first(_ target: ProbeTarget, phase: UInt64, count: Int, now: UInt64) -> UInt64 {
        let timing = target.probe.timing
        let spread = min(timing.period, max(timing.fastPeriod, .milliseconds(count)))
        return onTick(
            now + target.initialWait.wholeNanoseconds + phase % max(1, spread.wholeNanoseconds),
            interval: timing.period.wholeNanoseconds
        )
    }

    /// The first tick at or after `time` for probes that are `interval` apart.
    static func onTick(_ time: UInt64, interval: UInt64) -> UInt64 {
        let tick = interval >= longInterval ? coarseTick : tick
        return (time + tick - 1) / tick * tick
    }
}
