import Coordination
import Foundation
package import Metrics

/// Keeps what is counted and timed through swift-metrics until somebody asks for it.
///
/// A label is the whole name of a metric as Prometheus sees it; timers become histograms of seconds. Series are few and
/// never forgotten: what would be one too many is counted nowhere.
package final class MetricsRegistry: MetricsFactory {
    /// What a series has come to.
    enum Value: Sendable, Hashable {
        /// Counted, or set.
        case number(Double)
        /// How many values are in each bucket, the last of which has no upper bound, and the sum of all.
        case distribution([Int], sum: Double)
    }

    /// One series: a metric and the values of its labels.
    struct Key: Sendable, Hashable {
        /// The metric's whole name.
        var name: String
        /// The labels' values, in the order in which the code names them.
        var values: [String]
    }

    /// Series that are kept at most.
    static let mostSeries = 2000

    private let bounds: @Sendable (String) -> [Double]
    private let series = Locked<[Key: Instrument]>([:])

    /// `bounds`: the upper bounds of a histogram's buckets, by its name.
    init(bounds: @escaping @Sendable (String) -> [Double]) {
        self.bounds = bounds
    }

    /// A registry for the table of this room.
    package convenience init() {
        self.init { name in Metric.all.first { $0.fullName == name }?.bounds ?? [] }
    }

    /// The series of a metric with what they have come to, by the values of their labels.
    func readings(of name: String) -> [(labels: [String], value: Value)] {
        let found = series.withLock { all in all.filter { $0.key.name == name } }
        return found.map { ($0.key.values, $0.value.value) }.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
    }

    private func instrument(_ label: String, _ dimensions: [(String, String)], isTimer: Bool = false) -> Instrument {
        let key = Key(name: label, values: dimensions.map(\.1))
        return series.withLock { all in
            if let known = all[key] { return known }
            let new = Instrument(bounds: isTimer ? bounds(label) : nil)
            if all.count < Self.mostSeries { all[key] = new }
            return new
        }
    }

    // MARK: MetricsFactory

    /// A counter of a series; the same for the same series.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label, dimensions)
    }

    /// A number that goes up and down.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions)
    }

    /// A histogram, or, not aggregated, the last value.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        instrument(label, dimensions, isTimer: aggregate)
    }

    /// A histogram of seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label, dimensions, isTimer: true)
    }

    /// Nothing: a series stays.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// Nothing: a series stays.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// Nothing: a series stays.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Nothing: a series stays.
    package func destroyTimer(_ handler: any TimerHandler) {}
}

/// One series, on any thread.
private final class Instrument: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    /// Nil: a number.
    private let bounds: [Double]?
    private let state: Locked<(number: Double, buckets: [Int])>

    init(bounds: [Double]?) {
        self.bounds = bounds
        state = Locked((0, bounds.map { [Int](repeating: 0, count: $0.count + 1) } ?? []))
    }

    var value: MetricsRegistry.Value {
        let (number, buckets) = state.withLock { $0 }
        return bounds == nil ? .number(number) : .distribution(buckets, sum: number)
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) { state.withLock { $0.number += amount } }

    func decrement(by amount: Double) { increment(by: -amount) }

    func reset() { state.withLock { $0.number = 0 } }

    func set(_ value: Int64) { state.withLock { $0.number = Double(value) } }

    func set(_ value: Double) { state.withLock { $0.number = value } }

    func record(_ value: Int64) { take(Double(value)) }

    func record(_ value: Double) { take(value) }

    func recordNanoseconds(_ duration: Int64) { take(Double(duration) / 1e9) }

    private func take(_ value: Double) {
        guard let bounds else { return state.withLock { $0.number = value } }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.number += value
            state.buckets[bucket] += 1
        }
    }
}
