package import FailoverCore
package import KubernetesClient
import StandbyConfiguration
package import Transport

/// Asks one candidate for its score, by the handlers of probes; what becomes of it is no evidence of the candidate's health.
package struct ScoreOnce: Sendable {
    private let target: ProbeTarget
    private let pointer: String?
    private let loop: EventLoop
    private let client: APIClient?

    /// `target`: whom, by which handler and for how long; `pointer`: where the number is in a JSON answer; nil: the answer is it;
    /// `client`: the way into pods, if there is one.
    package init(_ target: ProbeTarget, at pointer: String?, on loop: EventLoop, client: APIClient? = nil) {
        self.target = target
        self.pointer = pointer
        self.loop = loop
        self.client = client
    }

    /// Asks; ends within the target's timeout.
    package func run() async -> CandidateScore {
        switch target.probe.handler.way {
        case .exchange:
            let transcript = await ProbeOnce(target, on: loop, client: client).run()
            guard transcript.verdict == .success else { return .missing(transcript.detail) }
            return ScoreReading.score(in: transcript.body, at: pointer)
        case .command(let probe):
            let (outcome, output) = await probe.run(for: target, client: client)
            guard outcome.verdict == .success else { return .missing(outcome.detail) }
            return ScoreReading.score(in: Array(output.utf8), at: pointer)
        }
    }
}

extension ProbeEngine {
    /// Asks one candidate for its score, beside all probes.
    package nonisolated func score(of target: ProbeTarget, at pointer: String?) async -> CandidateScore {
        await ScoreOnce(target, at: pointer, on: loop, client: client).run()
    }
}
