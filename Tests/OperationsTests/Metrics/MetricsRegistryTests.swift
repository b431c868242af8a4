import Metrics
import Testing

@testable import Operations

/// What swift-metrics hands over, and what is made of it.
@Suite struct MetricsRegistryTests {
    private let registry = MetricsRegistry { $0 == "t" ? [0.01, 0.1] : [] }

    @Test func countsBySeries() {
        for (label, amount) in [("b", 1), ("a", 2), ("b", 3)] {
            Counter(label: "c", dimensions: [("x", label)], factory: registry).increment(by: amount)
        }
        let readings = registry.readings(of: "c")
        #expect(readings.map(\.labels) == [["a"], ["b"]] && readings.map(\.value) == [.number(2), .number(4)])
        #expect(registry.readings(of: "other").isEmpty)
    }

    /// A bound belongs to the bucket that it ends.
    @Test func timersFillBuckets() {
        let timer = Timer(label: "t", factory: registry)
        for milliseconds in [0, 10, 11, 100, 101, 5000] { timer.recordMilliseconds(milliseconds) }
        let values = registry.readings(of: "t").map(\.value)
        guard case .distribution(let buckets, let sum)? = values.first else {
            Issue.record("\(values)")
            return
        }
        #expect(buckets == [2, 2, 2] && abs(sum - 5.222) < 1e-9)
    }

    @Test func metersGoUpAndDown() {
        let meter = Meter(label: "m", factory: registry)
        meter.increment(by: 3)
        meter.decrement()
        #expect(registry.readings(of: "m").map(\.value) == [.number(2)])
        meter.set(0.5)
        #expect(registry.readings(of: "m").map(\.value) == [.number(0.5)])
    }

    /// What comes from outside must not fill the memory.
    @Test func seriesAreBounded() {
        for number in 0..<MetricsRegistry.mostSeries + 50 {
            Counter(label: "c", dimensions: [("code", "\(number)")], factory: registry).increment()
        }
        #expect(registry.readings(of: "c").count == MetricsRegistry.mostSeries)
        Counter(label: "c", dimensions: [("code", "0")], factory: registry).increment()
        #expect(registry.readings(of: "c").first?.value == .number(2))
    }

    @Test func takesItsBucketsFromTheTable() {
        let registry = MetricsRegistry()
        Timer(label: "kube_standby_move_duration_seconds", factory: registry).recordSeconds(1)
        let bounds = Metric.all.first { $0.name == "move_duration_seconds" }?.bounds ?? []
        guard
            case .distribution(let buckets, _)? = registry.readings(of: "kube_standby_move_duration_seconds").first?
                .value
        else {
            Issue.record("no histogram")
            return
        }
        #expect(bounds.count > 5 && buckets.count == bounds.count + 1 && buckets.reduce(0, +) == 1)
    }

    /// A bound that stands twice or in the wrong place would make Prometheus refuse all of it.
    @Test(arguments: Metric.all.filter { $0.kind == .histogram }) func boundsGoUp(metric: Metric) {
        #expect(!metric.bounds.isEmpty && zip(metric.bounds, metric.bounds.dropFirst()).allSatisfy(<))
    }
}
