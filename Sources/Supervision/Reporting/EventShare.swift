/// How soon Events may be sent: a share of the API server's capacity that is too small to hold up the writes that move roles.
///
/// A bucket of tokens, as client-go bounds the Events of one source. A pure value: time is an argument.
/// https://pkg.go.dev/k8s.io/client-go/tools/record#EventSourceObjectSpamFilter
struct EventShare: Sendable {
    /// Events that are sent at once after a while without any.
    let burst: Int
    /// From then on one in this time.
    let interval: Duration

    /// Of all objects together: 20 a second.
    static let ofAll = EventShare(burst: 50, interval: .milliseconds(50))
    /// Of one object: whoever may write requests on a Lease, or make pods flap, must not take the others' share.
    static let ofObject = EventShare(burst: 25, interval: .seconds(10))

    /// When all tokens are back.
    private var fullAt: ContinuousClock.Instant?

    private init(burst: Int, interval: Duration) {
        self.burst = burst
        self.interval = interval
    }

    /// Takes the place of the next Event.
    ///
    /// - Returns: how long it has to wait.
    mutating func reserve(at now: ContinuousClock.Instant) -> Duration {
        let full = max(fullAt ?? now, now) + interval
        fullAt = full
        return max(.zero, (full - now) - interval * burst)
    }

    /// Takes the place of the next Event if it need not wait.
    mutating func admits(at now: ContinuousClock.Instant) -> Bool {
        var next = self
        guard next.reserve(at: now) == .zero else { return false }
        self = next
        return true
    }

    /// Whether all tokens are back.
    func isFull(at now: ContinuousClock.Instant) -> Bool { fullAt.map { $0 <= now } ?? true }
}
