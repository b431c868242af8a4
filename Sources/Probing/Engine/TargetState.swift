import FailoverCore

/// What changes with every probe of a target: without a reference, so that thousands lie side by side.
struct TargetState {
    /// The probe that is on its way.
    enum Flight: Equatable {
        case none
        case check
        /// Runs beside the loop; a number tells its end from that of an earlier one.
        case command(Int)
    }

    var tracker: HealthTracker
    var pace: ProbePace
    /// When the probe that is next, or on its way, was or is due; monotonic nanoseconds.
    var due: UInt64
    var flight = Flight.none
    /// Probes that were begun.
    var probeCount = 0
    /// When the probe that is on its way, or was last, began.
    var startedAt = MonotonicTime(nanoseconds: 0)
    /// Whether the probe that is on its way, or was last, was begun because a kept connection was lost.
    var wasHurried = false

    /// Whether a probe of it has ever succeeded.
    var isProven: Bool { tracker.evidence.lastSuccess != nil }

    /// Probes that ended.
    var endedCount: Int { flight == .none ? probeCount : probeCount - 1 }
}
