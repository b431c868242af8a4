/// How soon Events may be sent: a share of the API server's capacity that is too small to hold up the writes that move roles.
///
/// A bucket of tokens, as client-go bounds the Events of one source. A pure value: time is an argument.
/// https://pkg.go.dev/k8s.io/client-go/tools/record#EventSourceObjectSpamFilter
struct EventShare: Sendable {
    /// Events that are sent at once after a while without any.
    static let burst = 50
    /// From then on one in this time: 20 a second.
    static let interval: Duration = .milliseconds(50)

    /// When all tokens are back.
    private var fullAt: ContinuousClock.Instant?

    /// Takes the place of the next Event.
    ///
    /// - Returns: how long it has to wait.
    mutating func reserve(at now: ContinuousClock.Instant) -> Duration {
        let full = max(fullAt ?? now, now) + Self.interval
        fullAt = full
        return max(.zero, (full - now) - Self.interval * Self.burst)
    }
}
