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

/// How a target's probes follow each other.
struct ProbePace {
    /// Nanoseconds from probe to probe.
    private let period: UInt64
    /// The same, while a threshold is being counted.
    private let fastPeriod: UInt64

    /// The pace that a configuration asks for.
    init(_ timing: ProbeTiming) {
        period = timing.period.wholeNanoseconds
        fastPeriod = timing.fastPeriod.wholeNanoseconds
    }

    /// When the probe after one that was due at `due` is; a late one moves the phase instead of being made up for.
    func next(after due: UInt64, isCounting: Bool, now: UInt64) -> UInt64 {
        let interval = isCounting ? fastPeriod : period
        return ProbeSchedule.onTick(max(due + interval, now), interval: interval)
    }
}
