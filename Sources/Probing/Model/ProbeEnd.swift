package import FailoverCore

/// How a probe ended that somebody asked for.
package struct ProbeEnd: Sendable, Hashable {
    package var verdict: ProbeVerdict
    /// When a success was had, or when a probe that failed began.
    package var at: MonotonicTime
}
