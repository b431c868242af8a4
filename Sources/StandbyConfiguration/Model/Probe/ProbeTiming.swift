package import FailoverCore

/// When a member is probed, how long a probe may take, and how many results make a verdict.
package struct ProbeTiming: Sendable, Hashable {
    /// Counted from the container's start; 0...3600 s.
    package var initialDelay: Duration = .zero
    /// 0.1...3600 s.
    package var period: Duration = .seconds(2)
    /// Used while a threshold is being counted; at most `period`.
    package var fastPeriod: Duration = .seconds(1)
    /// The whole probe; at most `period`.
    package var timeout: Duration = .seconds(1)
    package var thresholds = HealthThresholds(failure: 3, success: 2)

    package init() {}

    /// How long it takes at most until every member has a first verdict: one period for the spread of phases, the fast
    /// periods of the higher threshold, and one timeout.
    package var verdictWindow: Duration {
        period + fastPeriod * (max(thresholds.failure, thresholds.success) - 1) + timeout
    }
}
