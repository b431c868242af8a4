/// How long to wait before the next attempt: doubling from `first`, capped, jittered downwards.
///
/// | attempt | 0 | 1 | 2 | 3 | 4 | ... |
/// |---|---|---|---|---|---|---|
/// | with the defaults, s | 0.1 | 0.2 | 0.4 | 0.8 | 1 | 1 |
///
/// The wait is between half and all of these.
package struct Backoff: Sendable, Hashable {
    /// The longest wait after the first failure.
    package var first: Duration
    /// No wait is longer.
    package var cap: Duration

    /// The waits of the table above, unless told otherwise.
    package init(first: Duration = .milliseconds(100), cap: Duration = .seconds(1)) {
        self.first = first
        self.cap = cap
    }

    /// The wait before the attempt after `attempt` failures (from 0).
    ///
    /// `jitter`: 0...1, uniformly random; injected so that the function is pure.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        let doubled = first * (1 << min(max(attempt, 0), 20))
        let full = min(doubled, cap)
        return full * (0.5 + 0.5 * jitter)
    }
}
