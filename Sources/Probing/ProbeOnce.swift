package import FailoverCore
package import KubernetesClient
import StandbyConfiguration
package import Transport

/// Runs one probe of one member and reports the whole exchange.
package struct ProbeOnce: Sendable {
    /// What was asked, and what came of it.
    package struct Transcript: Sendable {
        /// What it says of the member.
        package var verdict: ProbeVerdict
        /// In words.
        package var detail: String
        /// From the start to the answer, or to the end of waiting.
        package var duration: Duration
        /// What was asked, like `GET http://10.0.0.1:8080/health`.
        package var question: String
        /// Nil for a command.
        package var trace: TransferTrace?
        /// The beginning of the body; empty if there was none.
        package var body: [UInt8] = []
    }

    private let target: ProbeTarget
    private let loop: EventLoop
    private let client: APIClient?

    /// `target`: whom, and by which probe; `client`: the way into pods, if there is one.
    package init(_ target: ProbeTarget, on loop: EventLoop, client: APIClient? = nil) {
        self.target = target
        self.loop = loop
        self.client = client
    }

    /// Runs the probe; ends within its timeout.
    package func run() async -> Transcript {
        let start = ContinuousClock.now
        var transcript = await ask()
        transcript.duration = .now - start
        return transcript
    }

    private func ask() async -> Transcript {
        switch target.probe.handler.way {
        case .exchange(let probe): await exchange(probe)
        case .command(let probe):
            transcript(
                await probe.outcome(for: target, client: client),
                asking: probe.command.joined(separator: " ") + (probe.place == .pod ? " (in the pod)" : "")
            )
        }
    }

    private func exchange(_ probe: any ExchangeProbe) async -> Transcript {
        guard var request = probe.request(for: target) else {
            let known = target.ports.keys.sorted().joined(separator: ", ")
            let outcome = ProbeOutcome(
                verdict: .noResult,
                detail: "\(target.missingPort); named ports: \(known.isEmpty ? "none" : known)"
            )
            return transcript(outcome, asking: "a port that is not there")
        }
        let trace = TransferTrace()
        request.trace = trace
        let verb = request.version == .connectOnly ? "connect" : request.method
        let question = "\(verb) \(request.url)"
        var transcript: Transcript
        do throws(TransportError) {
            let (outcome, body) = try await answer(to: request, of: probe)
            transcript = self.transcript(outcome, asking: question)
            transcript.body = body
        } catch {
            transcript = self.transcript(ProbeOutcome(error), asking: question)
        }
        transcript.trace = trace
        return transcript
    }

    /// Follows redirects as the engine does.
    private func answer(
        to first: HTTPRequest,
        of probe: any ExchangeProbe
    ) async throws(TransportError) -> (outcome: ProbeOutcome, body: [UInt8]) {
        let deadline = ContinuousClock.now + target.probe.timing.timeout
        var request = first
        var trail = probe is HTTPProbe ? RedirectTrail(first) : nil
        while true {
            let response = try await loop.response(to: request)
            switch trail?.answered(response) {
            case .answered, nil: return (probe.outcome(of: response), response.body)
            case .endless: return (ProbeOutcome(.failure, .endlessRedirects), response.body)
            case .ask(let next):
                request = next
                request.timeout = deadline - .now
                guard request.timeout ?? .zero > .zero else { throw TransportError(.timedOut, "after a redirect") }
            }
        }
    }

    private func transcript(_ outcome: ProbeOutcome, asking question: String) -> Transcript {
        Transcript(verdict: outcome.verdict, detail: outcome.detail, duration: .zero, question: question)
    }
}
