import FailoverCore
package import StandbyConfiguration

/// The settings of a group in effect, and how long its failovers take with them.
package struct GroupSettings: Codable, Sendable, Hashable {
    /// From when the active pod fails to when another is active, in seconds; what Kubernetes takes to follow is not in it.
    package struct Times: Codable, Sendable, Hashable {
        /// It answers, and not as it should.
        package var answering: Double
        /// It accepts probes and never answers.
        package var hanging: Double
    }

    /// What a promotion waits for once the move is decided.
    package struct Wait: Codable, Sendable, Hashable {
        /// The field that says so: `candidate.score`, `hooks.onDemote` or `failover.promotionGate`.
        package var field: String
        /// At most; nil: until it is there, or an operator insists.
        package var seconds: Double?
    }

    /// The probe's handler, like `httpGet`.
    package var probe: String
    /// How often a pod is probed.
    package var periodSeconds: Double
    /// How often while a threshold is being counted.
    package var fastPeriodSeconds: Double
    /// How long a probe may take.
    package var timeoutSeconds: Double
    /// Failures in a row that make a pod unhealthy.
    package var failureThreshold: Int
    /// Successes in a row that make it healthy.
    package var successThreshold: Int
    /// What is waited for after the threshold.
    package var delaySeconds: Double
    /// How long others are waited for who have to agree; nil: nobody has to.
    package var opinionPatienceSeconds: Double?
    /// How long a pod that was just promoted may fail.
    package var activationSeconds: Double
    /// `DemoteFirst` or `PromoteFirst`.
    package var order: String
    /// `KeepActive` or `DemoteActive`.
    package var whenNoneHealthy: String
    /// Whether a candidate must be Ready.
    package var requireReady: Bool
    /// Whether the role returns to a pod of higher priority.
    package var preempt: Bool
    /// When a voluntary one may be made; nil: always.
    package var preemptWindows: [String]?
    /// How long after a move no voluntary one is made.
    package var cooldownSeconds: Double
    /// More moves than this in the window: hold; 0: never.
    package var flapMaxSwitches: Int
    /// In which moves are counted.
    package var flapWindowSeconds: Double
    /// How long moves are held.
    package var flapHoldSeconds: Double
    /// What a promotion waits for besides, in this order; nil: nothing.
    package var waits: [Wait]?
    /// At most, while the API server and the candidate answer at once; what is waited for without an end is not in it.
    package var worstSeconds: Times
    /// On average: a failure begins somewhere between two probes.
    package var typicalSeconds: Times

    /// What a switch waits for the endpoints at most; its writes take some 10 ms each.
    package static let switchSeconds = 0.1

    /// The settings of a configuration.
    package init(_ group: GroupConfiguration) {
        let (timing, failover) = (group.probe.timing, group.failover)
        probe = group.probe.handlerName ?? "probe"
        periodSeconds = timing.period.inSeconds
        fastPeriodSeconds = timing.fastPeriod.inSeconds
        timeoutSeconds = timing.timeout.inSeconds
        failureThreshold = timing.thresholds.failure
        successThreshold = timing.thresholds.success
        delaySeconds = failover.delay.inSeconds
        opinionPatienceSeconds = failover.secondOpinion?.patience.inSeconds
        activationSeconds = failover.activation.inSeconds
        order = failover.order.rawValue
        whenNoneHealthy = failover.whenNoneHealthy.rawValue
        requireReady = group.requireReady
        preempt = failover.preempt
        preemptWindows = failover.preemptWindows?.map(\.text)
        cooldownSeconds = failover.cooldown.inSeconds
        flapMaxSwitches = failover.flap.maxSwitches
        flapWindowSeconds = failover.flap.window.inSeconds
        flapHoldSeconds = failover.flap.hold.inSeconds
        waits = Self.waits(of: group)
        worstSeconds = Times(answering: 0, hanging: 0)
        typicalSeconds = worstSeconds
        let grounds = max(delaySeconds, opinionPatienceSeconds ?? 0)
        worstSeconds = times(untilFirst: periodSeconds, after: grounds + boundedWaitSeconds)
        if needsProof { worstSeconds.hanging = Self.rounded(worstSeconds.hanging + timeoutSeconds) }
        typicalSeconds = times(untilFirst: periodSeconds / 2, after: delaySeconds)
    }

    private static func waits(of group: GroupConfiguration) -> [Wait]? {
        var waits: [Wait] = []
        if let score = group.candidate.score {
            waits.append(Wait(field: "candidate.score", seconds: score.timeout.inSeconds))
        }
        if let hook = group.hooks.onDemote, hook.isRequired {
            let seconds = HookRunner.longest(of: hook.hook.timeout).inSeconds
            waits.append(Wait(field: "hooks.onDemote", seconds: hook.onTimeout == .promote ? seconds : nil))
        }
        if let gate = group.failover.promotionGate {
            let seconds = gate.onTimeout == .promote ? gate.wait.inSeconds : nil
            waits.append(Wait(field: "failover.promotionGate", seconds: seconds))
        }
        return waits.isEmpty ? nil : waits
    }

    /// What a promotion waits for at most, as far as that has an end.
    package var boundedWaitSeconds: Double { (waits ?? []).compactMap(\.seconds).reduce(0, +) }

    /// The fields for which it waits without one.
    package var endlessWaits: [String] { (waits ?? []).filter { $0.seconds == nil }.map(\.field) }

    /// From when the active pod is deleted to when another is active, at most.
    package var worstDeletionSeconds: Double { Self.rounded(Self.switchSeconds + boundedWaitSeconds) }

    /// Failures after the first; another's answer may have any number.
    package var furtherFailures: Int { max(1, failureThreshold) - 1 }

    /// Whether a candidate may not have answered between two failures, so that both are probed once more.
    package var needsProof: Bool {
        Double(furtherFailures) * max(fastPeriodSeconds, timeoutSeconds) <= periodSeconds
    }

    /// `first`: until the first probe that meets the failure; `after`: what is waited for once the threshold is reached.
    private func times(untilFirst first: Double, after: Double) -> Times {
        let more = Double(furtherFailures)
        let rest = after + Self.switchSeconds
        return Times(
            answering: Self.rounded(first + more * fastPeriodSeconds + rest),
            hanging: Self.rounded(first + more * max(fastPeriodSeconds, timeoutSeconds) + timeoutSeconds + rest)
        )
    }

    /// To the millisecond: sums of decimal fractions have none that is exact.
    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
