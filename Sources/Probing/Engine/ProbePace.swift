import FailoverCore
import StandbyConfiguration

/// How a target's probes follow each other.
struct ProbePace {
    /// Nanoseconds from probe to probe.
    private let period: UInt64
    /// The same, while a threshold is being counted.
    private let fastPeriod: UInt64

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
