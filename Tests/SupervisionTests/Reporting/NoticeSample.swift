import Testing

@testable import FailoverCore
@testable import Probing
@testable import Supervision

/// Notices of every kind, each with a name.
struct NoticeSample: Sendable, CustomTestStringConvertible {
    let name: String
    let notice: GroupNotice

    var testDescription: String { name }

    private init(_ name: String, _ content: GroupNotice.Content) {
        self.name = name
        notice = GroupNotice(
            group: "web",
            namespace: "shop",
            service: "web-svc",
            serviceID: "uid-svc",
            content: content
        )
    }

    /// Every kind of notice, and its variants.
    static let all = outside + probes + moves + hooks + endpoints + findings + requests

    private static let old = Member(id: .init("uid-0"), name: "web-0", version: .init("1"), role: .active)
    private static let new = Member(id: .init("uid-1"), name: "web-1", version: .init("2"), role: .passive)
    private static let failure = OperationFailure("403 denied")

    private static let trace: DecisionTrace = {
        var view = MemberView()
        view.listed([old, new], version: .init("3"), isRelist: false)
        return DecisionTrace(view: view, policy: GroupPolicy())
    }()

    private static let outside = [
        NoticeSample("waiting", .waiting("no Service")),
        NoticeSample("ignored", .ignored("an oddity")),
        NoticeSample("resumed", .resumed),
        NoticeSample("paused", .paused), NoticeSample("unpaused", .unpaused),
        NoticeSample("leaves fences and a pause behind", .leavesBehind(fenced: ["web-0", "web-1"], isPaused: true)),
        NoticeSample("leaves a pause behind", .leavesBehind(fenced: [], isPaused: true)),
    ]

    private static let probes = [(true, true), (true, false), (false, true), (false, false)].map {
        isFailure,
        isChange in
        var evidence = HealthEvidence(since: MonotonicTime(nanoseconds: 0))
        evidence.became(isFailure ? .unhealthy : .healthy, at: MonotonicTime(nanoseconds: 1))
        let report = ProbeReport(
            member: old.id,
            pod: old.name,
            evidence: evidence,
            verdict: isFailure ? .failure : .success,
            detail: isFailure ? "HTTP 500" : "HTTP 200",
            isChange: isChange
        )
        return NoticeSample("probe \(isFailure ? "fails" : "succeeds")\(isChange ? ", a change" : "")", .probe(report))
    }

    private static let moves = [
        NoticeSample("adopted", .report(.adopted(old, Epoch(7)))),
        NoticeSample("move begins", .report(.moveStarted(from: ["web-0"], to: "web-1", .activeUnhealthy, trace))),
        NoticeSample(
            "move to nobody begins",
            .report(.moveStarted(from: ["web-0", "web-1"], to: nil, .fenced, trace))
        ),
        NoticeSample("withheld", .report(.withheld(to: "web-1", .preempted, .paused, trace))),
        NoticeSample("move to nobody withheld", .report(.withheld(to: nil, .fenced, .paused, trace))),
        NoticeSample("withheld for want of epochs", .report(.withheld(to: "web-1", .preempted, .exhausted, trace))),
        NoticeSample("withheld by an observer", .report(.withheld(to: "web-1", .preempted, .observed, trace))),
        NoticeSample("withheld for another", .withheld(to: "web-1", .preempted, trace, because: "the reason")),
        NoticeSample("promoted", .report(.promoted(new, .activeGone))),
        NoticeSample("demoted", .report(.demoted(old, .activeGone))),
        NoticeSample("joined", .report(.joined(new))),
        NoticeSample("departed", .report(.departed(old))),
        moved("failed over", [old], new, .activeGone, gap: .milliseconds(56)),
        moved("nobody was active", [], new, .noActive, gap: nil),
        moved("moved to nobody", [old, new], nil, .fenced, gap: nil),
        moved("switched over", [old], new, .switchover, gap: .microseconds(4500)),
        moved("labelled by hand", [old], new, .labelledByHand, gap: nil),
        NoticeSample("move withdrawn", .report(.moveWithdrawn(to: "web-1", because: "pod web-1 cannot be written"))),
        NoticeSample("demotion withdrawn", .report(.moveWithdrawn(to: nil, because: "pod web-0 cannot be written"))),
        NoticeSample("switch waits", .report(.switchWaits(for: .init(old, .labels, failure), to: "web-1"))),
        NoticeSample("switch waits for a seal", .report(.switchWaits(for: .init(new, .labels, failure), to: "web-2"))),
        NoticeSample(
            "switch waits for its target",
            .report(.switchWaits(for: .init(new, .labels, failure), to: "web-1"))
        ),
        NoticeSample(
            "switch waits for endpoints",
            .report(.switchWaits(for: .init(new, .endpointSlices, failure), to: "web-1"))
        ),
        NoticeSample(
            "promotion held",
            .report(
                .gateTimedOut([.init(name: "web-0", id: .init("u"), epoch: Epoch(7))], to: "web-1", .init(.deletePod))
            )
        ),
        NoticeSample(
            "promoted without proof",
            .report(
                .gateTimedOut(
                    [.init(name: "web-0", id: .init("u"), epoch: Epoch(7))],
                    to: "web-1",
                    .init(.passive, onTimeout: .promote)
                )
            )
        ),
        NoticeSample("planned move begins", .report(.moveStarted(from: ["web-0"], to: "web-1", .switchover, trace))),
        NoticeSample("demotion waits", .report(.switchWaits(for: .init(old, .labels, failure), to: nil))),
    ]

    private static let call = HookCall(
        kind: .demote,
        pod: "web-0",
        id: .init("uid-0"),
        epoch: Epoch(7),
        from: ["web-0"],
        to: "web-1",
        cause: .activeUnhealthy
    )

    private static let hooks = [
        NoticeSample("hook succeeded", .report(.hookSucceeded(call))),
        NoticeSample("hook failed", .report(.hookFailed(call, "exit code 1"))),
        NoticeSample("promotion waits for a hook", .report(.hookHeld(call, "exit code 1"))),
        NoticeSample("hook overtaken", .report(.hookDropped(call, .overtaken))),
        NoticeSample("hook of too many", .report(.hookDropped(call, .tooMany))),
    ]

    private static let endpoints = [
        NoticeSample("endpoint followed", .endpointFollowed(pod: "web-1", after: .milliseconds(9), wasLate: false)),
        NoticeSample("endpoint lags", .endpointLags(pod: "web-1")),
        NoticeSample("endpoint followed late", .endpointFollowed(pod: "web-1", after: .seconds(31), wasLate: true)),
        NoticeSample("endpoint followed unseen", .endpointFollowed(pod: "web-1", after: nil, wasLate: true)),
        NoticeSample("endpoint dropped", .endpointDropped(pod: "web-1")),
    ]

    private static func moved(
        _ name: String,
        _ from: [Member],
        _ target: Member?,
        _ cause: SwitchCause,
        gap: Duration?
    ) -> NoticeSample {
        let move = CompletedMove(
            from: from,
            target: target,
            cause: cause,
            epoch: Epoch(7),
            duration: .milliseconds(1234),
            gap: gap
        )
        return NoticeSample(name, .report(.moved(move)))
    }

    private static let findings = [
        ("no healthy candidate", Decision.Finding.noHealthyCandidate), ("flapping", .flapping),
        ("multiple active", .multipleActive(["web-0", "web-1"])), ("suspended", .suspended(.massFailure)),
        ("active not Ready", .activeNotReady("web-0")), ("drift", .drift(.labels)),
        ("drift of slices", .drift(.endpointSlices)), ("disputed", .disputed("web-0")),
        ("drain waiting", .drainWaiting("web-0")),
        ("unanswered", .unanswered("web-0")), ("refused by score", .refusedByScore),
    ].flatMap { name, finding in
        [
            NoticeSample(name, .report(.found(finding, trace))),
            NoticeSample("no longer: \(name)", .report(.findingEnded(finding))),
        ]
    }

    private static let requests = [
        answered("answered", .done, "moved from web-0 to web-1"), answered("refused", .refused, "nobody is better"),
        NoticeSample("pause ended", .report(.pauseEnded)), NoticeSample("stepped back", .report(.steppedBack)),
        NoticeSample("operation failed", .report(.operationFailed("reading the record", failure))),
    ]

    private static func answered(_ name: String, _ outcome: RequestAnswer.Outcome, _ words: String) -> NoticeSample {
        let request = OperatorRequest(id: "o-1", action: .resume)
        let answer = RequestAnswer(id: request.id, outcome: outcome, explanation: words)
        return NoticeSample(name, .report(.answered(request, answer)))
    }
}
