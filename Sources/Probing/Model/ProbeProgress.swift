package import FailoverCore

/// Where the probes of one member stand.
package struct ProbeProgress: Sendable, Hashable {
    /// Probes that ended since the member is known.
    package var sequence: Int
    /// When the next probe is due, or the one on its way was; monotonic nanoseconds.
    package var due: UInt64
    package var tracker: HealthTracker
}
