package import FailoverCore

/// How a member is probed: one handler and its timings.
package struct ProbeConfiguration: Sendable, Hashable {
    /// What a probe does; indirect, so that all targets of a group share one.
    package indirect enum Handler: Sendable, Hashable {
        /// Asks by HTTP.
        case httpGet(HTTPProbe)
        /// Connects.
        case tcpSocket(TCPProbe)
        /// Asks by gRPC.
        case grpc(GRPCProbe)
        /// Runs a command.
        case exec(ExecProbe)
    }

    /// What the probe does.
    package var handler: Handler
    /// When it does so, and how often until a verdict.
    package var timing: ProbeTiming

    /// With the usual timings, unless said otherwise.
    package init(handler: Handler, timing: ProbeTiming = ProbeTiming()) {
        self.handler = handler
        self.timing = timing
    }

    /// The field that holds the handler.
    package var handlerName: String? { Self.fields.choice(of: self) }
}

extension ProbeConfiguration.Handler {
    /// The container that the probe names; nil if it names none of the pod's.
    package var container: String? {
        switch self {
        case .httpGet(let probe): probe.container
        case .tcpSocket(let probe): probe.container
        case .grpc: nil
        case .exec(let probe): probe.place == .pod ? probe.container : nil
        }
    }

    /// The port that the probe asks; nil if it is a command.
    package var port: PortReference? {
        switch self {
        case .httpGet(let probe): probe.port
        case .tcpSocket(let probe): probe.port
        case .grpc(let probe): .number(probe.port)
        case .exec: nil
        }
    }
}

extension ProbeConfiguration {
    /// What is filled in before it is used.
    static let blank = ProbeConfiguration(handler: .tcpSocket(TCPProbe(port: .number(0))))

    /// The fields of a probe; exactly one is a handler.
    static let fields = FieldTable("probe", blank, isMerged: true) {
        Field.alternative("httpGet", \.handler, .object(HTTPProbe.fields), as: Handler.httpGet) {
            if case .httpGet(let probe) = $0 { probe } else { nil }
        }
        .says("Succeeds if the answer to an HTTP request is as expected")
        Field.alternative("tcpSocket", \.handler, .object(TCPProbe.fields), as: Handler.tcpSocket) {
            if case .tcpSocket(let probe) = $0 { probe } else { nil }
        }
        .says("Succeeds if a TCP connection comes about")
        Field.alternative("grpc", \.handler, .object(GRPCProbe.fields), as: Handler.grpc) {
            if case .grpc(let probe) = $0 { probe } else { nil }
        }
        .says("Succeeds if grpc.health.v1.Health/Check answers SERVING")
        Field.alternative("exec", \.handler, .object(ExecProbe.fields), as: Handler.exec) {
            if case .exec(let probe) = $0 { probe } else { nil }
        }
        .says("Succeeds if a command ends with exit code 0")
        Field.fields(of: ProbeTiming.fields, at: \.timing)
        Field.unread("terminationGracePeriodSeconds", .integer(0...Int(Int32.max)))
            .says("Accepted so that a probe can be pasted; has no meaning here")
    }
}

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
    /// Results in a row that make a verdict; 1...100 each.
    package var thresholds = HealthThresholds(failure: 3, success: 2)

    /// What holds when nothing is said.
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

extension ProbeTiming {
    /// The fields of a probe that say when and how often.
    static let fields = FieldTable("timing", ProbeTiming()) {
        Field.defaulted("initialDelaySeconds", \.initialDelay, .seconds(0...3600))
            .says("How long after the probed container's start the first probe waits; not for the active member")
        Field.defaulted("periodSeconds", \.period, .seconds(0.1...3600)).says("How often a member is probed")
        Field.derived("fastPeriodSeconds", \.fastPeriod, .seconds(0.05...3600)) {
            min(ProbeTiming().fastPeriod, $0.period)
        }
        .says("How often while a threshold is being counted; default: 1, or periodSeconds if that is less")
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...300))
            .says("How long the whole probe may take; beyond periodSeconds the next one begins when this one has ended")
        Field.defaulted("failureThreshold", \.thresholds.failure, .integer(1...100))
            .says("Failures in a row that make a member unhealthy")
        Field.defaulted("successThreshold", \.thresholds.success, .integer(1...100))
            .says("Successes in a row that make a member healthy")
    }
}
