/// Counts the results of one member's probes and turns them into evidence of its health.
///
/// A pure value, kept by the probe loop for every member; the group's machine is given its changes only.
package struct HealthTracker: Sendable, Hashable {
    /// What the results come to.
    package private(set) var evidence: HealthEvidence
    /// Failures in a row, at most `thresholds.failure`.
    package private(set) var consecutiveFailures = 0
    /// Successes in a row, at most `thresholds.success`.
    package private(set) var consecutiveSuccesses = 0
    private var thresholds: HealthThresholds

    /// Of a member of which nothing is known before `start`.
    package init(thresholds: HealthThresholds, since start: MonotonicTime) {
        self.thresholds = thresholds
        evidence = HealthEvidence(since: start)
    }

    /// The verdict so far.
    package var health: Health { evidence.health }

    /// Whether a change of health has begun to show but its threshold is not reached: the time for the fast period.
    package var isCounting: Bool {
        switch health {
        case .unknown: true
        case .healthy: consecutiveFailures > 0
        case .unhealthy: consecutiveSuccesses > 0
        }
    }

    /// Takes in how one probe ended.
    ///
    /// `reason`: why it gave no result; asked for only then.
    /// `isPassive`: whether it asked what a member is asked that is not active.
    /// - Returns: the new health if this changed it, else nil.
    package mutating func probeFinished(
        _ verdict: ProbeVerdict,
        because reason: @autoclosure () -> String = "",
        from start: MonotonicTime,
        at end: MonotonicTime,
        isPassive: Bool = false
    ) -> Health? {
        switch verdict {
        case .success:
            evidence.succeeded(from: start, at: end, isPassive: isPassive)
            consecutiveFailures = 0
            consecutiveSuccesses = min(consecutiveSuccesses + 1, thresholds.success)
            return consecutiveSuccesses >= thresholds.success ? become(.healthy, at: end) : nil
        case .failure:
            evidence.failed(from: start, at: end)
            consecutiveSuccesses = 0
            consecutiveFailures = min(consecutiveFailures + 1, thresholds.failure)
            return consecutiveFailures >= thresholds.failure ? become(.unhealthy, at: end) : nil
        case .noResult:
            evidence.gaveNoResult(because: reason(), at: end)
            return nil
        }
    }

    /// Forgets the verdict: another container answers from now on, or another question is asked.
    ///
    /// - Returns: `.unknown` if that changed the health, else nil.
    package mutating func forget(at now: MonotonicTime) -> Health? {
        consecutiveFailures = 0
        consecutiveSuccesses = 0
        let wasKnown = health != .unknown
        evidence.forgotten(at: now)
        return wasKnown ? .unknown : nil
    }

    /// Begins to count anew, and keeps the verdict.
    package mutating func recount() {
        consecutiveFailures = 0
        consecutiveSuccesses = 0
        evidence.recounted()
    }

    /// Takes new thresholds and keeps the counters; they count from the next verdict on.
    package mutating func thresholdsChanged(_ thresholds: HealthThresholds) {
        self.thresholds = thresholds
    }

    private mutating func become(_ next: Health, at now: MonotonicTime) -> Health? {
        guard health != next else { return nil }
        evidence.became(next, at: now)
        return next
    }
}

/// How many equal results in a row make a verdict.
package struct HealthThresholds: Sendable, Hashable {
    /// Failures in a row that make a member unhealthy, 1...100.
    package var failure: Int
    /// Successes in a row that make a member healthy, 1...100.
    package var success: Int

    /// Both in 1...100; that is checked where the configuration is decoded, not here.
    package init(failure: Int, success: Int) {
        self.failure = failure
        self.success = success
    }
}

/// What one probe says of a member.
package enum ProbeVerdict: Sendable, Hashable {
    /// The application answered as configured.
    case success
    /// The application did not answer as configured, or not in time.
    case failure
    /// An error of our own (no descriptor, the API server during exec): says nothing of the application.
    case noResult
}
