import FailoverCore
import StandbyConfiguration

/// When a member is probed.
enum ProbeSchedule {
    /// Probes start on ticks of this length, so that many share one wake-up, ns.
    static let tick: UInt64 = 10_000_000
    /// Probes that are at least `longInterval` apart start on every fifth tick: a wake-up costs more than a probe.
    private static let coarseTick = 5 * tick
    private static let longInterval: UInt64 = 10_000_000_000

    /// The first tick at or after `time` for probes that are `interval` apart.
    static func onTick(_ time: UInt64, interval: UInt64) -> UInt64 {
        let tick = interval >= longInterval ? coarseTick : tick
        return (time + tick - 1) / tick * tick
    }
}

/// When targets are probed first: a thousand a second, however many are added at once.
///
/// More would only wait for each other, all of them half done, on a core that has just started.
struct FirstRound {
    /// From one target to the next one in line, ns.
    private static let distance: UInt64 = 1_000_000

    /// Where the line ends.
    private var end: UInt64 = 0

    /// When a target is probed that is added now: anywhere in its fast period, or in line behind those that fill it, and in
    /// any case within its period after what it waits at first.
    ///
    /// `phase`: a hash of the member.
    mutating func next(_ target: ProbeTarget, phase: UInt64, now: UInt64) -> UInt64 {
        end = max(end + Self.distance, now)
        let timing = target.probe.timing
        let (period, fastPeriod) = (timing.period.wholeNanoseconds, timing.fastPeriod.wholeNanoseconds)
        let isCrowded = end - now >= fastPeriod
        let wait = isCrowded ? (end - now) % max(1, period) : phase % max(1, min(period, fastPeriod))
        return ProbeSchedule.onTick(now + target.initialWait.wholeNanoseconds + wait, interval: period)
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
