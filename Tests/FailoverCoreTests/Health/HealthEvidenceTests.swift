import Testing

@testable import FailoverCore

/// What a member's results come to, as a script of probes: one a second, each of which takes a tenth of one.
@Suite struct HealthEvidenceTests {
    private static func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(seconds * 1e9)) }

    /// `+` success, `-` failure, `?` no result, `!` another container, `~` another probe.
    private static func tracker(_ results: String) -> HealthTracker {
        var tracker = HealthTracker(thresholds: .init(failure: 2, success: 2), since: time(0))
        for (second, result) in results.enumerated() {
            let (start, end) = (time(Double(second) + 1), time(Double(second) + 1.1))
            switch result {
            case "+": _ = tracker.probeFinished(.success, from: start, at: end)
            case "-": _ = tracker.probeFinished(.failure, from: start, at: end)
            case "!": _ = tracker.forget(at: end)
            case "~": tracker.recount()
            default: _ = tracker.probeFinished(.noResult, from: start, at: end)
            }
        }
        return tracker
    }

    @Test(arguments: [
        ("", nil as Double?, nil as Double?), ("+-", 2.1, nil), ("--", 1.1, nil), ("---", 1.1, nil), ("--+", nil, 3.1),
        ("++-?-", 3.1, nil), ("-?+", nil, 3.1), ("--!", nil, nil), ("++-~", nil, nil), ("++~", nil, 1.1),
    ])
    func tellsSinceWhenItFailsOrSucceeds(results: String, failing: Double?, succeeding: Double?) {
        let evidence = Self.tracker(results).evidence
        #expect(evidence.failingSince == failing.map(Self.time))
        #expect(evidence.succeedingSince == succeeding.map(Self.time))
    }

    @Test(arguments: [
        ("++", nil as Double?), ("++-", 3.1), ("++-?", 3.1), ("++--", nil), ("--+", 3.1), ("--+-", nil), ("-", nil),
        ("++-~", nil), ("--+!", nil),
    ])
    func isContradictedByResultsThatSpeakAgainstTheVerdict(results: String, since: Double?) {
        #expect(Self.tracker(results).evidence.contradictedSince == since.map(Self.time))
    }

    @Test(arguments: [
        ("+", nil as Double?), ("++", 2.1), ("+++?+", 2.1), ("++-", nil), ("++-+", 4.1), ("++~+", 2.1), ("++!++", 5.1),
        ("--", nil),
    ])
    func healthIsUnbrokenSinceTheVerdictOrTheLastFailure(results: String, since: Double?) {
        #expect(Self.tracker(results).evidence.unbrokenSince == since.map(Self.time))
    }

    @Test func saysWhyTheLastProbeGaveNoResultUntilOneDoes() {
        var tracker = Self.tracker("+")
        _ = tracker.probeFinished(.noResult, because: "no file descriptor", from: Self.time(2), at: Self.time(2))
        #expect(tracker.evidence.noResult == "no file descriptor" && tracker.evidence.lastSuccess == Self.time(1.1))
        _ = tracker.probeFinished(
            .noResult,
            because: String(repeating: "x", count: 999),
            from: Self.time(3),
            at: Self.time(3)
        )
        #expect(tracker.evidence.noResult?.count == 200 && tracker.evidence.noResultSince == Self.time(2))
        _ = tracker.probeFinished(.failure, from: Self.time(4), at: Self.time(4))
        #expect(tracker.evidence.noResult == nil && tracker.evidence.noResultSince == nil)
        _ = tracker.probeFinished(.noResult, because: "again", from: Self.time(5), at: Self.time(6))
        #expect(tracker.evidence.noResultSince == Self.time(6))
        tracker.recount()
        #expect(tracker.evidence.noResultSince == Self.time(6))
        _ = tracker.forget(at: Self.time(7))
        #expect(tracker.evidence.noResult == nil && tracker.evidence.noResultSince == nil)
    }

    @Test func remembersTheLastOfEachKindAcrossRestarts() {
        let evidence = Self.tracker("+-!?").evidence
        #expect(evidence.health == .unknown && evidence.healthSince == Self.time(0))
        #expect(evidence.lastSuccess == Self.time(1.1) && evidence.lastFailureStart == Self.time(2))
        #expect(Self.tracker("++!").evidence.healthSince == Self.time(3.1))
    }
}
