import FailoverCore
import KubernetesClient
import StandbyConfiguration

extension ExecProbe {
    /// Bytes of output that are kept for the reason.
    static let outputLimit = 10 * 1024
    /// What a command gets of the supervisor's own environment, which may hold what is not for it.
    private static let inheritedVariables: Set = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"]

    /// Runs the command beside the supervisor, with the member in its environment.
    @concurrent
    func outcome(for target: ProbeTarget) async -> ProbeOutcome {
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
            return verdict(on: try await run.outcome())
        } catch {
            return ProbeOutcome(verdict: .noResult, detail: "the command could not be started: \(error)")
        }
    }

    private func verdict(on outcome: BoundedCommand.Outcome) -> ProbeOutcome {
        let words = outcome.output.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(200))" } ?? ""
        switch outcome.end {
        case .exited(0): return ProbeOutcome(verdict: .success, detail: "exit code 0")
        case .exited(let code): return ProbeOutcome(verdict: .failure, detail: "exit code \(code)\(words)")
        case .signalled(let number): return ProbeOutcome(verdict: .failure, detail: "ended by signal \(number)\(words)")
        case .timedOut: return ProbeOutcome(verdict: .failure, detail: "no end in time\(words)")
        }
    }
}
