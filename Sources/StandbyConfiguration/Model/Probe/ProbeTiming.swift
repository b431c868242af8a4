package import FailoverCore

/// When a member is probed, how long a probe may take, and how many results make a verdict.
package struct ProbeTiming: Sendable, Hashable {
    /// Counted from the probed container's start; 0...3600 s.
    ///
    /// It keeps probes from members that are not active only.
    package var initialDelay: Duration = .zero
    /// 0.1...3600 s.
    package var period: Duration = .seconds(2)
    /// Used while a threshold is being counted; at most `period`.
    package var fastPeriod: Duration = .seconds(1)
    /// The whole probe; 0.05...300 s.
    ///
    /// Beyond `period` the next probe begins when this one has ended.
    package var timeout: Duration = .seconds(1)
    package var thresholds = HealthThresholds(failure: 3, success: 2)

    package init() {}

    /// How long it takes at most until every member has a verdict, also if each probe hangs.
    package var verdictWindow: Duration {
        max(period, timeout) * max(thresholds.failure, thresholds.success) + timeout
    }

    /// How long a member that answers failures at once is taken for healthy at most, timeouts apart.
    package var tolerance: Duration { period + fastPeriod * (thresholds.failure - 1) }

    /// The same for the kubelet, which knows no fast period.
    package var kubeletTolerance: Duration { period * thresholds.failure }
}
