/// Counts the results of one member's probes and turns them into its health.
///
/// A pure value, kept by the probe loop for every member; the group's machine hears of its changes only.
package struct HealthTracker: Sendable, Hashable {
    /// The verdict so far.
    package private(set) var health: Health = .unknown
    /// Failures in a row, at most `thresholds.failure`.
    package private(set) var consecutiveFailures = 0
    /// Successes in a row, at most `thresholds.success`.
    package private(set) var consecutiveSuccesses = 0
    private var thresholds: HealthThresholds

    package init(thresholds: HealthThresholds) {
        self.thresholds = thresholds
    }

    /// Whether a change of health has begun to show but its threshold is not reached: the time for the fast period.
    package var isCounting: Bool {
        switch health {
        case .unknown: true
        case .healthy: consecutiveFailures > 0
        case .unhealthy: consecutiveSuccesses > 0
        }
    }

    /// Whether the last results contradict the verdict, without having reached the threshold that would change it.
    package var isDoubted: Bool { health != .unknown && isCounting }

    /// Takes in one probe's verdict.
    ///
    /// - Returns: the new health if this verdict changed it, else nil.
    package mutating func probeFinished(_ verdict: ProbeVerdict) -> Health? {
        switch verdict {
        case .success:
            consecutiveFailures = 0
            consecutiveSuccesses = min(consecutiveSuccesses + 1, thresholds.success)
            return consecutiveSuccesses >= thresholds.success ? become(.healthy) : nil
        case .failure:
            consecutiveSuccesses = 0
            consecutiveFailures = min(consecutiveFailures + 1, thresholds.failure)
            return consecutiveFailures >= thresholds.failure ? become(.unhealthy) : nil
        case .noResult:
            return nil
        }
    }

    /// Forgets everything: another container answers from now on, or another question is asked.
    ///
    /// - Returns: `.unknown` if that changed the health, else nil.
    package mutating func forget() -> Health? {
        consecutiveFailures = 0
        consecutiveSuccesses = 0
        return become(.unknown)
    }

    /// Begins to count anew, and keeps the verdict.
    package mutating func recount() {
        consecutiveFailures = 0
        consecutiveSuccesses = 0
    }

    /// Takes new thresholds and keeps the counters; they count from the next verdict on.
    package mutating func thresholdsChanged(_ thresholds: HealthThresholds) {
        self.thresholds = thresholds
    }

    private mutating func become(_ next: Health) -> Health? {
        guard health != next else { return nil }
        health = next
        return next
    }
}
