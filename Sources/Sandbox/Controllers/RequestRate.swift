/// How many requests a controller may make, as client-go limits them: a bucket that so many tokens a second fall into.
///
/// kube-controller-manager has 20 a second and a burst of 30. https://pkg.go.dev/k8s.io/client-go/util/flowcontrol
struct RequestRate: Sendable {
    /// Tokens that fall into the bucket.
    let perSecond: Double
    /// Tokens that the bucket holds.
    let burst: Double
    private var tokens: Double
    private var filledAt: ContinuousClock.Instant?

    /// A full bucket; both are above 0.
    init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = Double(burst)
        tokens = self.burst
    }

    /// How long to wait before a request may be made; zero: it may be made now.
    mutating func pause(at now: ContinuousClock.Instant) -> Duration {
        if let filledAt { tokens = min(burst, tokens + (now - filledAt) / .seconds(1) * perSecond) }
        filledAt = now
        return tokens >= 1 ? .zero : .seconds((1 - tokens) / perSecond)
    }

    /// A request is made; more than there are tokens for are made up for later.
    mutating func take() {
        tokens -= 1
    }
}
