import Testing

@testable import FailoverCore

@Suite struct HealthTrackerTests {
    private static let start = MonotonicTime(nanoseconds: 0)

    private static func verdicts(_ text: String) -> [ProbeVerdict] {
        text.map { $0 == "+" ? .success : $0 == "-" ? .failure : .noResult }
    }

    @Test(arguments: [
        ("", Health.unknown), ("+", .unknown), ("++", .healthy), ("--", .unknown), ("---", .unhealthy),
        ("++--", .healthy), ("++---", .unhealthy), ("++--+--", .healthy), ("---+", .unhealthy), ("---++", .healthy),
        ("--?-", .unhealthy), ("+?+", .healthy), ("++?????", .healthy), ("-+-+-+", .unknown),
    ])
    func reachesAVerdictAfterThresholdResultsInARow(results: String, expected: Health) {
        var tracker = HealthTracker(thresholds: .init(failure: 3, success: 2), since: Self.start)
        for verdict in Self.verdicts(results) { _ = tracker.probeFinished(verdict, from: Self.start, at: Self.start) }
        #expect(tracker.health == expected)
    }

    @Test func reportsOnlyChanges() {
        var tracker = HealthTracker(thresholds: .init(failure: 2, success: 1), since: Self.start)
        let reports = Self.verdicts("++--- +".filter { $0 != " " }).map {
            tracker.probeFinished($0, from: Self.start, at: Self.start)
        }
        #expect(reports == [.healthy, nil, nil, .unhealthy, nil, .healthy])
    }

    @Test func countsWhileAChangeShows() {
        var tracker = HealthTracker(thresholds: .init(failure: 3, success: 2), since: Self.start)
        #expect(tracker.isCounting && !tracker.evidence.isContradicted)
        for verdict in Self.verdicts("++") { _ = tracker.probeFinished(verdict, from: Self.start, at: Self.start) }
        #expect(!tracker.isCounting)
        _ = tracker.probeFinished(.failure, from: Self.start, at: Self.start)
        #expect(tracker.isCounting && tracker.evidence.isContradicted)
        _ = tracker.probeFinished(.success, from: Self.start, at: Self.start)
        #expect(!tracker.evidence.isContradicted)
    }

    @Test func startsUnknownWhenTheContainerRestarted() {
        var tracker = HealthTracker(thresholds: .init(failure: 1, success: 1), since: Self.start)
        _ = tracker.probeFinished(.success, from: Self.start, at: Self.start)
        #expect(tracker.forget(at: Self.start) == .unknown)
        #expect(tracker.forget(at: Self.start) == nil)
        #expect(tracker.consecutiveSuccesses == 0)
    }

    @Test func keepsCountersWhenThresholdsChange() {
        var tracker = HealthTracker(thresholds: .init(failure: 5, success: 1), since: Self.start)
        for _ in 0..<3 { _ = tracker.probeFinished(.failure, from: Self.start, at: Self.start) }
        tracker.thresholdsChanged(.init(failure: 4, success: 1))
        #expect(tracker.health == .unknown)
        #expect(tracker.probeFinished(.failure, from: Self.start, at: Self.start) == .unhealthy)
    }
}
