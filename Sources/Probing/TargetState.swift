import FailoverCore
import Transport

/// What the loop knows of one target.
struct TargetState {
    /// The probe that is on its way.
    enum Flight {
        case none
        case transfer(TransferID)
        /// Runs beside the loop; a number tells its end from that of an earlier one.
        case command(Int)
    }

    var target: ProbeTarget
    var tracker: HealthTracker
    let pool: Int
    /// When the probe that is next, or on its way, was or is due; monotonic nanoseconds.
    var due: UInt64
    var timer: LoopTimer?
    var flight: Flight = .none
    /// Counts probes; every tenth of a kept connection is renewed.
    var probeCount = 0
    var lastOutcome: ProbeOutcome?
    /// Probes that ended.
    var endedCount: Int {
        if case .none = flight { probeCount } else { probeCount - 1 }
    }
    /// When the probe that is on its way, or was last, began.
    var startedAt = MonotonicTime(nanoseconds: 0)
    /// When a probe of it succeeded last; nil: never.
    var succeededAt: MonotonicTime?
    /// Whether its last result was a failure.
    var isFailing = false
    /// Who wants to know how its next probe ends.
    var waiters: [Answer<ProbeEnd>] = []
}
