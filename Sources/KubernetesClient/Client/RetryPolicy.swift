package import Coordination

/// How often a request is tried, and how long it waits in between.
///
/// Reads are tried again after transport errors, 429 and 5xx; writes only when the server says that it did not execute
/// them. A longer Retry-After wins over the backoff, within `longestPause`.
package struct RetryPolicy: Sendable {
    /// At least 1.
    package var attempts: Int
    package var backoff: Backoff
    /// A server that asks for more gets its failure reported instead.
    package var longestPause: Duration

    package init(attempts: Int, backoff: Backoff = Backoff(), longestPause: Duration = .seconds(5)) {
        self.attempts = attempts
        self.backoff = backoff
        self.longestPause = longestPause
    }

    /// One attempt: the caller decides what comes next.
    package static let none = RetryPolicy(attempts: 1)
    /// Four attempts.
    package static let standard = RetryPolicy(attempts: 4)

    /// The pause before another attempt; nil if there is to be none.
    func pause(after error: KubernetesError, attempt: Int, isRead: Bool, jitter: Double) -> Duration? {
        guard attempt + 1 < attempts, isRead ? error.isTransient : error.wasNotExecuted else { return nil }
        let pause = max(error.retryAfter, backoff.delay(attempt: attempt, jitter: jitter))
        return pause <= longestPause ? pause : nil
    }
}
