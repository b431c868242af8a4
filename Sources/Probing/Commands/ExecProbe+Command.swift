import FailoverCore
import HostSystem
import KubernetesClient
import StandbyConfiguration

extension ExecProbe {
    /// Bytes of output that are kept for the reason.
    static let outputLimit = 10 * 1024
    /// What a command gets of the supervisor's own environment, which may hold what is not for it.
    private static let inheritedVariables: Set = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"]

    /// Runs the command where it is to run, at most until its timeout.
    ///
    /// `client`: the way into pods; nil: there is none.
    @concurrent
    func outcome(for target: ProbeTarget, client: APIClient?) async -> ProbeOutcome {
        await run(for: target, client: client).outcome
    }

    /// The same, with the beginning of what it printed; empty if it did not run.
    @concurrent
    func run(for target: ProbeTarget, client: APIClient?) async -> (outcome: ProbeOutcome, output: String) {
        switch (place, client) {
        case (.supervisor, _): await runHere(for: target)
        case (.pod, let client?): await runInPod(for: target, client)
        case (.pod, nil): (Self.noResult("there is no API server to reach the pod through"), "")
        }
    }

    private static func noResult(_ words: String) -> ProbeOutcome { ProbeOutcome(verdict: .noResult, detail: words) }

    // MARK: Beside the supervisor

    /// Runs the command with the member in its environment.
    private func runHere(for target: ProbeTarget) async -> (outcome: ProbeOutcome, output: String) {
        let run = BoundedCommand(
            command: command,
            environment: [
                "POD_NAME": target.pod, "POD_NAMESPACE": target.namespace, "POD_IP": target.address,
                "GROUP": target.group, "ROLE": target.role?.rawValue ?? "",
            ],
            inheritedVariables: Self.inheritedVariables,
            timeout: target.probe.timing.timeout,
            outputLimit: Self.outputLimit
        )
        do {
            let outcome = try await run.outcome()
            let output = outcome.output
            switch outcome.end {
            case .exited(let code): return (Self.verdict(onExit: code, output), output)
            case .signalled(let number): return (Self.failure("ended by signal \(number)", output), output)
            case .timedOut: return (Self.failure("no end in time", output), output)
            }
        } catch {
            return (Self.noResult("the command could not be started: \(error)"), "")
        }
    }

    // MARK: In the pod

    private func runInPod(
        for target: ProbeTarget,
        _ client: APIClient
    ) async -> (outcome: ProbeOutcome, output: String) {
        let run = PodCommand(
            namespace: target.namespace,
            pod: target.pod,
            container: container ?? target.defaultContainer,
            command: command,
            timeout: target.probe.timing.timeout,
            outputLimit: Self.outputLimit
        )
        do {
            let outcome = try await client.run(run)
            let output = outcome.output
            switch outcome.end {
            case .exited(let code): return (Self.verdict(onExit: code, output), output)
            case .timedOut: return (Self.failure("no end in time", output), output)
            case .withoutStatus: return (Self.failure("it ended without an exit code", output), output)
            }
        } catch {
            // The kubelet of a dead node answers nobody, and Ready is the one thing that the cluster says of it.
            let isNodeGone = !target.isReady && (error as? KubernetesError)?.isUndelivered == true
            let failure = "the pod is not Ready, and its node is not reached: \(error)"
            return isNodeGone
                ? (ProbeOutcome(verdict: .failure, detail: failure), "")
                : (Self.noResult("the command could not be run: \(error)"), "")
        }
    }

    // MARK: Verdicts

    private static func verdict(onExit code: Int, _ output: String) -> ProbeOutcome {
        code == 0 ? ProbeOutcome(verdict: .success, detail: "exit code 0") : failure("exit code \(code)", output)
    }

    /// A failure, with the first line of what was printed.
    private static func failure(_ end: String, _ output: String) -> ProbeOutcome {
        let words = output.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
        return ProbeOutcome(verdict: .failure, detail: end + words)
    }
}
