/// A time in which the supervisor distrusts its own probes: nothing moves because of them.
package struct Suspension: Sendable, Hashable {
    /// Why it distrusts them.
    package enum Reason: String, Sendable, Hashable {
        /// So many targets began to fail together that the failure is more likely the supervisor's own.
        case massFailure = "MassFailure"
        /// The probe loop stood still.
        case stall = "Stall"
        /// The wall clock and the monotonic clock drifted apart at once.
        case clockJump = "ClockJump"
    }

    /// How long it lasts.
    package static let duration: Duration = .seconds(30)

    /// Automatic moves that rest on probes wait until then.
    package var until: MonotonicTime
    /// What began it or extended it last.
    package var reason: Reason

    /// `until`: `duration` after the cause was seen.
    package init(until: MonotonicTime, reason: Reason) {
        self.until = until
        self.reason = reason
    }
}

extension Suspension.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .massFailure: "half of all targets or more began to fail together"
        case .stall: "the supervisor stood still"
        case .clockJump: "the clock jumped"
        }
    }
}
