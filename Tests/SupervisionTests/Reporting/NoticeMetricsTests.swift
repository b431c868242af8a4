import MetricsTestKit
import Testing

@testable import FailoverCore
@testable import Supervision

/// What is counted and timed of notices.
@Suite struct NoticeMetricsTests {
    private let test = TestMetrics()

    private func hear(_ contents: [GroupNotice.Content]) {
        let metrics = NoticeMetrics(test)
        for content in contents {
            metrics.heard(GroupNotice(group: "web", namespace: "n", service: "web", content: content))
        }
    }

    /// A dispute counts when it begins, whether its line is written or not, and one that nobody answers is none.
    @Test func countsDisputes() throws {
        let samples = NoticeSample.all.filter { $0.name.contains("disputed") || $0.name.contains("unanswered") }
        hear(samples.flatMap { [GroupNotice.Content](repeating: $0.notice.content, count: 100) })
        #expect(try test.expectCounter("kube_standby_disputes_total").totalValue == 100)
    }

    @Test func timesMoves() throws {
        let move = CompletedMove(
            from: [],
            target: nil,
            cause: .fenced,
            epoch: Epoch(3),
            duration: .milliseconds(7),
            gap: nil
        )
        hear([.report(.moved(move))])
        #expect(try test.expectTimer("kube_standby_move_duration_seconds").values == [7_000_000])
    }

    /// Of four late ones one followed and one is not waited for any more.
    @Test func timesEndpointsAndCountsThoseThatLag() throws {
        hear([
            .endpointFollowed(pod: "a", after: .milliseconds(5), wasLate: false),
            .endpointFollowed(pod: "a", after: nil, wasLate: false),
            .endpointLags(pod: "a"), .endpointLags(pod: "b"), .endpointLags(pod: "c"), .endpointLags(pod: "d"),
            .endpointFollowed(pod: "a", after: .seconds(61), wasLate: true), .endpointDropped(pod: "b"),
        ])
        #expect(try test.expectTimer("kube_standby_endpoint_followed_seconds").values == [5_000_000, 61_000_000_000])
        #expect(try test.expectMeter("kube_standby_endpoints_lagging").lastValue == 2)
    }
}
