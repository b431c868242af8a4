import FailoverCore
import Logging

/// What is said of situations that an operator must know.
extension NoticeDescription {
    /// A situation that an operator must know began.
    static func found(_ finding: Decision.Finding, _ trace: DecisionTrace) -> Self {
        Self(
            .init(.warning, "\(finding)", ["members": "\(trace)"], repetition(of: finding), kind: kind(of: finding)),
            event: note(on: finding, trace),
            demo: "found: \(finding) [\(trace)]"
        )
    }

    /// It is over.
    static func findingEnded(_ finding: Decision.Finding) -> Self {
        let kind = kind(of: finding).map { "no longer: \($0)" }
        return Self(
            .init(.notice, "no longer: \(finding)", [:], repetition(of: finding), kind: kind),
            demo: "over: \(finding)"
        )
    }

    /// When the endpoints have not followed a move.
    private static let endpointsLag = "the endpoints do not show the active pod yet"

    /// The endpoints show the pod that was promoted.
    static func endpointFollowed(_ pod: String, _ time: Duration?, wasLate: Bool) -> Self {
        var metadata = ["member.name": pod]
        metadata["after"] = time.map { "\($0)" }
        if !wasLate { return Self(.init(.debug, "the endpoints show the active pod", metadata)) }
        return Self(
            .init(.notice, "no longer: \(endpointsLag)", metadata, .ofAll),
            demo: "over: \(endpointsLag)\(time.map { ", for \($0.wholeMilliseconds)" } ?? "")"
        )
    }

    /// They do not yet: what moves the labels moves them, too, but Kubernetes' own controller is behind.
    static func endpointLags(_ pod: String) -> Self {
        let limit = EndpointView.longestLag
        let note = """
            pod \(pod) is active and Ready, and for \(limit) no EndpointSlice has shown that: kube-controller-manager, which writes \
            them, is behind, and connections do not reach the pod before it follows
            """
        return Self(
            .init(.warning, endpointsLag, ["member.name": pod, "after": "\(limit)"], .ofAll),
            event: .init(.endpointsLag, note),
            demo: "found: \(endpointsLag)"
        )
    }

    /// Nobody waits for that any more: what the endpoints show of the pod is not known.
    static func endpointDropped(_ pod: String) -> Self {
        let words = "the endpoints of a pod are not waited for any more"
        return Self(.init(.notice, words, ["member.name": pod], .ofAll), demo: "\(words): \(pod)")
    }

    private static func repetition(of finding: Decision.Finding) -> LogLine.Repetition {
        if case .suspended = finding { .ofAll } else { .ofGroup }
    }

    /// Whoever may label pods chooses which names a finding has.
    private static func kind(of finding: Decision.Finding) -> String? {
        switch finding {
        case .multipleActive: "active together"
        case .activeNotReady: "the active pod is not Ready"
        case .drainWaiting: "the active pod's node is being drained"
        case .disputed: "the active pod fails here alone"
        case .unanswered: "the active pod fails here, and nobody answers"
        case .noHealthyCandidate, .flapping, .suspended, .drift, .refusedByScore: nil
        }
    }

    private static func note(on finding: Decision.Finding, _ trace: DecisionTrace) -> EventNote {
        switch finding {
        case .noHealthyCandidate: EventNote(.noHealthyCandidate, "no healthy candidate; \(trace)")
        case .flapping: EventNote(.flapping, "holding, because the role moved too often; \(trace)")
        case .suspended(let reason): EventNote(.movesSuspended, "\(reason); \(trace)")
        case .multipleActive(let names): EventNote(.multipleActive, "active together: \(names.joined(separator: ", "))")
        case .drainWaiting: EventNote(.drainWaiting, "\(finding); \(trace)")
        case .drift:
            EventNote(
                .labelDrift,
                "\(finding); repairing at most 10 times a minute; \(trace)"
            )
        case .disputed(let name):
            EventNote(.disputed, "the active pod \(name) fails its probes here, and too few others agree; \(trace)")
        case .unanswered(let name):
            EventNote(
                .opinionsMissing,
                "the active pod \(name) fails its probes here, and too few others answer; \(trace)"
            )
        case .refusedByScore:
            EventNote(.scoresRefused, "a move is due, and the scores of all candidates refuse them; \(trace)")
        case .activeNotReady(let name):
            EventNote(
                .activeNotReady,
                "the active pod \(name) is not Ready, so that the Service has no endpoint, and no candidate is healthy and Ready; \(trace)"
            )
        }
    }
}
