import FailoverCore
import YAMLDocument

/// Finds what does not go together inside a probe.
extension GroupChecker {
    /// Checks `probe` or `passiveProbe`.
    func checkProbe(_ name: String) {
        let probe = reader[name]
        guard probe.isMapping else { return }
        let step = NodePath.Step.key(name)
        let allowed = ProbeConfiguration.fields.schema.choice
        if allowed.count(where: { probe[$0].isPresent }) != 1 {
            report(.handlerCount(allowed.filter { probe[$0].isPresent }, allowed: allowed), at: [step])
        }
        checkTimings(name, probe)
        checkHandlers(probe, at: [step])
        checkHost(probe["tcpSocket"], at: [step, "tcpSocket"], isHTTP: false)
        checkPace(name, probe)
    }

    // MARK: Timings

    private func checkTimings(_ name: String, _ probe: NodeReader) {
        let timing = ProbeTiming.fields.readable(probe)
        let (period, step) = (timing.period.seconds, NodePath.Step.key(name))
        let whole: [NodePath.Step] = [step, "periodSeconds"]
        if areTimingsReadable(probe) {
            checkTimeout(timing, probe, step)
            checkTolerance(timing, probe, whole)
        }
        if timing.fastPeriod > timing.period {
            let message = DiagnosticMessage.fastPeriodAbovePeriod(timing.fastPeriod.seconds, period: period)
            report(message, at: [step, "fastPeriodSeconds"], comparedWith: whole)
        }
        if probe["terminationGracePeriodSeconds"].isPresent {
            warnAtOrigin(.gracePeriodWithoutMeaning, at: [step, "terminationGracePeriodSeconds"])
        }
    }

    /// Whether nothing about the timings follows from a value that is a mistake by itself.
    private func areTimingsReadable(_ probe: NodeReader) -> Bool {
        ["periodSeconds", "fastPeriodSeconds", "timeoutSeconds", "failureThreshold"].allSatisfy { name in
            guard let node = probe[name].node, let schema = ProbeTiming.fields.schema.value(of: name) else {
                return true
            }
            return node.scalar.map(schema.accepts) ?? false
        }
    }

    /// A timeout that is there by default is reported where the period is.
    private func checkTimeout(_ timing: ProbeTiming, _ probe: NodeReader, _ step: NodePath.Step) {
        guard timing.timeout >= timing.period else { return }
        let isGiven = probe["timeoutSeconds"].isPresent
        guard isGiven || timing.timeout > timing.period else { return }
        let message = DiagnosticMessage.timeoutReachesPeriod(timing.timeout.seconds, period: timing.period.seconds)
        let other: [NodePath.Step] = [step, isGiven ? "periodSeconds" : "timeoutSeconds"]
        report(
            isGiven ? message : .defaultTimeoutAbovePeriod(timing.timeout.seconds),
            at: [step, isGiven ? "timeoutSeconds" : "periodSeconds"],
            comparedWith: other,
            severity: .warning
        )
    }

    /// Whoever gives a period and no fast period has, as it seems, a probe of the kubelet in mind.
    private func checkTolerance(_ timing: ProbeTiming, _ probe: NodeReader, _ place: [NodePath.Step]) {
        guard probe["periodSeconds"].isPresent, !probe["fastPeriodSeconds"].isPresent,
            timing.tolerance < timing.kubeletTolerance
        else { return }
        let message = DiagnosticMessage.shorterTolerance(
            ours: timing.tolerance.seconds,
            kubelet: timing.kubeletTolerance.seconds,
            fastPeriod: timing.fastPeriod.seconds,
            period: timing.period.seconds
        )
        warnAtOrigin(message, at: place)
    }

    // MARK: Handlers

    /// Checks the handlers that a probe and a score have in common.
    func checkHandlers(_ fields: NodeReader, at steps: [NodePath.Step]) {
        checkHTTP(fields["httpGet"], at: steps + ["httpGet"])
        let exec = fields["exec"]
        if ExecProbe.fields.readable(exec).place == .supervisor, exec["container"].isPresent {
            report(.containerBesideSupervisor, at: steps + ["exec", "container"])
        }
    }

    private func checkHTTP(_ probe: NodeReader, at steps: [NodePath.Step]) {
        guard probe.isPresent else { return }
        checkHost(probe, at: steps, isHTTP: true)
        let request = HTTPProbe.fields.readable(probe)
        if request.method == .head, probe["expectedBody"].isPresent {
            report(.bodyOfHead, at: steps + ["expectedBody"], comparedWith: steps + ["method"])
        }
        let tls = probe["tls"]
        guard tls.isPresent else { return }
        if request.scheme != .https { return warn(.tlsWithoutHTTPS, at: steps + ["tls"]) }
        guard tls["verify"].bool != true else { return }
        for key in ["caFile", "serverName"] where tls[key].isPresent {
            warn(.unverifiedTLS, at: steps + ["tls", .key(key)])
        }
    }

    private func checkHost(_ probe: NodeReader, at steps: [NodePath.Step], isHTTP: Bool) {
        guard let host = probe["host"].string else { return }
        if let port = probe["port"].string { report(.namedPortOfForeignHost(port), at: steps + ["port"]) }
        if StringFormat.host.accepts(host) {
            warn(.foreignHost(host, isHTTP: isHTTP), at: steps + ["host"])
        }
    }

    private func checkPace(_ name: String, _ probe: NodeReader) {
        guard probe["exec"].isPresent, ExecProbe.fields.readable(probe["exec"]).place == .pod else { return }
        if ProbeTiming.fields.readable(probe).period < .seconds(1) {
            warn(.fastExecInPod, at: [.key(name), "periodSeconds"])
        }
    }

    /// A `passiveProbe` that says nothing new, and is not reported elsewhere.
    func checkEqualProbes() {
        if hasEqualProbes, !isGatePassive { warn(.passiveProbeEqualsProbe, at: ["passiveProbe"]) }
    }

    /// Whether `passiveProbe` is there and says what `probe` says.
    var hasEqualProbes: Bool {
        guard let passive = ProbeConfiguration.fields.read(reader["passiveProbe"]) else { return false }
        return passive == ProbeConfiguration.fields.read(reader["probe"])
    }
}

extension Duration {
    /// In seconds.
    fileprivate var seconds: Double { self / .seconds(1) }
}
