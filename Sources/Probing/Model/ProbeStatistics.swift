/// What the engine has done since its start.
package struct ProbeStatistics: Sendable, Hashable {
    /// Latenesses that are told apart, in milliseconds; the last one stands for all that are longer.
    private static let buckets = 200

    /// Probes that ended by an answer as configured.
    package internal(set) var successes = 0
    /// Probes that ended by another answer, or none.
    package internal(set) var failures = 0
    /// Probes that said nothing of the member, for an error of our own.
    package internal(set) var withoutResult = 0
    /// Probes by how many milliseconds after their due time they began.
    package private(set) var lateness = [Int](repeating: 0, count: buckets)

    /// Probes that ended.
    package var ended: Int { successes + failures + withoutResult }

    /// Counts a probe by how late it began.
    mutating func began(lateBy nanoseconds: UInt64) {
        lateness[min(Self.buckets - 1, Int(nanoseconds / 1_000_000))] += 1
    }

    /// The lateness that a part of the probes, 0...1, did not exceed, in milliseconds; 0 if there were none.
    package func lateness(quantile: Double) -> Int {
        var left = Int((Double(lateness.reduce(0, +)) * quantile).rounded(.up))
        for (milliseconds, count) in lateness.enumerated() {
            left -= count
            if left <= 0 { return milliseconds }
        }
        return 0
    }

    /// What was done since `earlier`.
    package func since(_ earlier: ProbeStatistics) -> ProbeStatistics {
        var difference = self
        difference.successes -= earlier.successes
        difference.failures -= earlier.failures
        difference.withoutResult -= earlier.withoutResult
        for index in lateness.indices { difference.lateness[index] -= earlier.lateness[index] }
        return difference
    }
}
