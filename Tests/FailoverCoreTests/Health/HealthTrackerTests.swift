import Testing

@testable import FailoverCore

@Suite struct HealthTrackerTests {
    private static func verdicts(_ text: String) -> [ProbeVerdict] {
        text.map { $0 == "+" ? .success : $0 == "-" ? .failure : .noResult }
    }

    @Test(arguments: [
        ("", Health.unknown), ("+", .unknown), ("++", .healthy), ("--", .unknown), ("---", .unhealthy),
        ("++--", .healthy), ("++---", .unhealthy), ("++--+--", .healthy), ("---+", .unhealthy), ("---++", .healthy),
        ("--?-", .unhealthy), ("+?+", .healthy), ("++?????", .healthy), ("-+-+-+", .unknown),
    ])
    func reachesAVerdictAfterThresholdResultsInARow(results: String, expected: Health) {
        var tracker = HealthTracker(thresholds: .init(failure: 3, success: 2))
        for verdict in Self.verdicts(results) { _ = tracker.probeFinished(verdict) }
        #expect(tracker.health == expected)
    }

    @Test func reportsOnlyChanges() {
        var tracker = HealthTracker(thresholds: .init(failure: 2, success: 1))
        let reports = Self.verdicts("++--- +".filter { $0 != " " }).map { tracker.probeFinished($0) }
        #expect(reports == [.healthy, nil, nil, .unhealthy, nil, .healthy])
    }

    @Test func countsWhileAChangeShowsAndDoubtsTheVerdict() {
        var tracker = HealthTracker(thresholds: .init(failure: 3, success: 2))
        #expect(tracker.isCounting && !tracker.isDoubted)
        for verdict in Self.verdicts("++") { _ = tracker.probeFinished(verdict) }
        #expect(!tracker.isCounting)
        _ = tracker.probeFinished(.failure)
        #expect(tracker.isCounting && tracker.isDoubted)
        _ = tracker.probeFinished(.success)
        #expect(!tracker.isDoubted)
    }

    @Test func startsUnknownWhenTheContainerRestarted() {
        var tracker = HealthTracker(thresholds: .init(failure: 1, success: 1))
        _ = tracker.probeFinished(.success)
        #expect(tracker.forget() == .unknown)
        #expect(tracker.forget() == nil)
        #expect(tracker.consecutiveSuccesses == 0)
    }

    @Test func keepsCountersWhenThresholdsChange() {
        var tracker = HealthTracker(thresholds: .init(failure: 5, success: 1))
        for _ in 0..<3 { _ = tracker.probeFinished(.failure) }
        tracker.thresholdsChanged(.init(failure: 4, success: 1))
        #expect(tracker.health == .unknown)
        #expect(tracker.probeFinished(.failure) == .unhealthy)
    }
}
