/// How long a Lease is good, and how often it is renewed.
///
/// The holder may act for `renewDeadline` after it sent a renewal that was acknowledged; others take the Lease `leaseDuration` after
/// they saw the last renewal. What lies between is what clocks may run apart, and requests be under way: with the defaults the holder's
/// clock may be 1.5 times slower than another's.
package struct ElectionTiming: Sendable, Hashable {
    /// Lease 15 s, deadline 10 s, retries every 2 s.
    package static let standard = ElectionTiming(.seconds(15), .seconds(10), .seconds(2))

    /// What a Lease's duration may be; whole seconds, because the Lease says it so.
    package static let leaseDurations: ClosedRange<Duration> = .seconds(1)...longestDuration
    /// A duration on a Lease counts as no longer than this, whoever wrote it.
    static let longestDuration = Duration.seconds(600)
    private static let shortestRetry = Duration.milliseconds(100)
    /// Of one request, however long the deadline is.
    private static let longestRequest = Duration.seconds(5)

    /// After this much time without a renewal others may take the Lease.
    package let leaseDuration: Duration
    /// How long the holder may act after it sent its last renewal that was acknowledged.
    package let renewDeadline: Duration
    /// How long to wait before something is tried again.
    package let retryPeriod: Duration

    private init(_ leaseDuration: Duration, _ renewDeadline: Duration, _ retryPeriod: Duration) {
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// Three durations that go together.
    ///
    /// - Throws: what does not, and what would.
    package init(
        leaseDuration: Duration,
        renewDeadline: Duration,
        retryPeriod: Duration
    ) throws(Invalid) {
        guard Self.leaseDurations.contains(leaseDuration), leaseDuration.components.attoseconds == 0 else {
            throw .leaseDuration(leaseDuration)
        }
        guard renewDeadline < leaseDuration else { throw .renewDeadline(renewDeadline, lease: leaseDuration) }
        guard retryPeriod >= Self.shortestRetry, retryPeriod * 1.2 < renewDeadline else {
            throw .retryPeriod(retryPeriod, deadline: renewDeadline)
        }
        self.init(leaseDuration, renewDeadline, retryPeriod)
    }

    /// How long after a renewal was sent the next one is.
    package var renewPeriod: Duration { renewDeadline / 2 }

    /// How long one request may take: two fit between a renewal's time and the deadline.
    package var requestTimeout: Duration { min((renewDeadline - renewPeriod) / 2, Self.longestRequest) }
}

extension ElectionTiming {
    /// Why durations do not go together.
    package enum Invalid: Error, Sendable, Hashable {
        /// Out of bounds, or no whole seconds.
        case leaseDuration(Duration)
        /// Not shorter than the Lease's duration.
        case renewDeadline(Duration, lease: Duration)
        /// Too short, or so long that the deadline leaves no time for it.
        case retryPeriod(Duration, deadline: Duration)
    }
}

extension ElectionTiming.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .leaseDuration(let found):
            "the lease duration is \(found), allowed are whole seconds from 1 to \(ElectionTiming.longestDuration.components.seconds)"
        case .renewDeadline(let found, let lease):
            "the renew deadline is \(found), and must be shorter than the lease duration, \(lease)"
        case .retryPeriod(let found, let deadline):
            "the retry period is \(found), and must be at least 0.1 s and less than the renew deadline, \(deadline), divided by 1.2"
        }
    }
}
