/// That the supervisor doubts its own senses for a while: nothing moves because of probes.
package struct Suspension: Sendable, Hashable {
    /// Why it doubts them.
    package enum Reason: String, Sendable, Hashable {
        /// So many targets began to fail together that the failure is more likely here than there.
        case massFailure = "MassFailure"
        /// The probe loop stood still.
        case stall = "Stall"
        /// The wall clock and the monotonic clock drifted apart at once.
        case clockJump = "ClockJump"
    }

    /// How long it lasts.
    package static let duration: Duration = .seconds(30)

    package var until: MonotonicTime
    package var reason: Reason

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
