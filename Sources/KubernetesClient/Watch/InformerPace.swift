import Coordination
import Transport

/// How long an informer waits before it asks again: failures, refusals and short watches are counted apart, so that the end of
/// an outage is not met with the patience that a missing right has earned.
///
/// | in a row | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |
/// |---|---|---|---|---|---|---|---|---|---|---|
/// | failures, s | 0.1 | 0.2 | 0.4 | 0.8 | 1 | 1 | 1 | 1 | 1 | 1 |
/// | refusals, s | 0.5 | 1 | 2 | 4 | 8 | 16 | 30 | 30 | 30 | 30 |
/// | refusals of what can be done without, s | 1 | 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 |
/// | watches that make a list necessary, s | 0.1 | 0.2 | 0.4 | 0.8 | 1.6 | 3.2 | 6.4 | 12.8 | 25.6 | 30 |
///
/// The wait is between half and all of these. A longer Retry-After is honoured for up to half a minute where the collection can be done
/// without. Elsewhere all news wait with it, maybe those of an outage: there it is honoured for up to 2 s, and up to half as long
/// again, so that not everybody comes back at once. A watch cache that is not ready asks for as long as it has not been, 30 s at
/// most, and says nothing of when it will be.
struct InformerPace: Sendable {
    /// Short, because what happened meanwhile is acted on only after the return.
    private static let backoff = Backoff(first: .milliseconds(100), cap: .seconds(1))
    /// After a refusal that somebody has to mend, like a missing right, and after an object that cannot be decoded.
    private static let refusalBackoff = Backoff(first: .milliseconds(500), cap: .seconds(30))
    /// Before a list that follows soon after another, because no watch lasts from the version that it shows.
    static let relistBackoff = Backoff(first: .milliseconds(100), cap: .seconds(30))
    /// A watch that ends sooner than this without news counts as a failure.
    static let shortestWatch: Duration = .seconds(1)
    /// Short watches are counted anew once a watch has lasted so long.
    private static let steadyWatch: Duration = .seconds(10)
    /// The server is never left alone for longer, but after refusals of what can be done without.
    private static let longestPause: Duration = .seconds(30)
    /// As much of a Retry-After is honoured before the jitter, for what cannot be done without.
    private static let longestWish: Duration = .seconds(2)
    /// After refusals of what can be done without.
    private static let patientBackoff = Backoff(first: .seconds(1), cap: .seconds(600))

    /// Whether the collection can be done without, so that refusals are met with more patience; once it cannot, they are counted anew.
    var isOptional: Bool {
        didSet { if oldValue, !isOptional { refusals = 0 } }
    }

    /// Whether a watch was begun.
    private var hasBegun = false
    /// Failures in a row since a watch was open last.
    private var failures = 0
    /// Refusals in a row since a watch was open last.
    private var refusals = 0
    /// Watches in a row that ended at once, or made a list necessary soon after the last.
    private var shortWatches = 0

    /// `isOptional`: whether the collection can be done without, so that refusals are met with more patience.
    init(isOptional: Bool = false) {
        self.isOptional = isOptional
    }

    /// The wait after a list for new subscribers failed; `attempt`: how often one did before, in a row.
    func pause(after error: KubernetesError, attempt: Int, jitter: Double) -> Duration {
        let backoff = error.isRefusal || error.isUndecodable ? Self.refusalBackoff : Self.backoff
        return heeding(error, backoff.delay(attempt: attempt, jitter: jitter), jitter: jitter)
    }

    /// A wait, or as much longer as the server asked for and gets.
    private func heeding(_ error: KubernetesError, _ delay: Duration, jitter: Double) -> Duration {
        if isOptional || error.isRefusal { return min(max(error.retryAfter, delay), Self.longestPause) }
        return max(min(error.retryAfter, Self.longestWish) * (1 + jitter / 2), delay)
    }

    /// A watch begins; whether one began before.
    mutating func beginsAgain() -> Bool {
        defer { hasBegun = true }
        return hasBegun
    }

    /// The server accepted a watch.
    mutating func watchOpened() {
        failures = 0
        refusals = 0
    }

    /// The wait after a failure.
    ///
    /// `jitter`: 0...1.
    mutating func pause(after error: KubernetesError, jitter: Double) -> Duration {
        let delay: Duration
        // An object that cannot be read stays as it is until somebody mends it, too.
        if error.isRefusal || error.isUndecodable {
            let backoff = isOptional ? Self.patientBackoff : Self.refusalBackoff
            delay = backoff.delay(attempt: refusals, jitter: jitter)
            refusals += 1
            if isOptional, error.isRefusal { return delay }
        } else {
            delay = Self.backoff.delay(attempt: failures, jitter: jitter)
            failures += 1
        }
        return heeding(error, delay, jitter: jitter)
    }

    /// The wait after a watch that was open; nil: none.
    ///
    /// A server that ends every watch at once, or has forgotten each version that it has just shown, is not to be asked
    /// without a pause.
    /// `needsList`: whether the list must be read anew because of it.
    mutating func pause(
        afterWatchOf duration: Duration,
        hadNews: Bool,
        needsList: Bool,
        jitter: Double
    ) -> Duration? {
        if duration >= Self.steadyWatch {
            shortWatches = 0
            return nil
        }
        let isShort = duration < Self.shortestWatch
        if !needsList, hadNews { return isShort ? Self.backoff.delay(attempt: 0, jitter: jitter) : nil }
        guard needsList || isShort else { return nil }
        defer { shortWatches += 1 }
        return (needsList ? Self.relistBackoff : Self.backoff).delay(attempt: shortWatches, jitter: jitter)
    }
}

/// How an informer's watch ended, or that it was ended because there is somebody new.
enum InformerWatchEnd: Sendable {
    /// There is somebody new.
    case interrupted
    /// It was open so long; `hadNews`: whether the collection went on by it.
    case ended(after: Duration, hadNews: Bool)
    /// It did not open, or broke in a way that counts as a failure.
    case failed(KubernetesError)
}

extension KubernetesError {
    /// Whether the server will not have the request before somebody mends something.
    var isRefusal: Bool { code.map { (400...428).contains($0) && $0 != 410 } ?? false }

    /// Whether the server was not reached, or an answer of it was lost.
    var isTransport: Bool {
        if case .transport = cause { true } else { false }
    }

    /// Whether an open watch said nothing for too long.
    var isSilence: Bool {
        if case .transport(let error) = cause { error.kind == .idle } else { false }
    }

    /// Whether a watch that was open merely broke.
    var isEndOfWatch: Bool {
        guard case .transport(let error) = cause else { return false }
        switch error.kind {
        case .connectionLost, .idle, .timedOut: return true
        case .refused, .unreachable, .unresolved, .untrusted, .expired, .otherHost, .tls, .notHTTP, .bodyTooLarge,
            .badRequest,
            .localResource, .cancelled, .stopped:
            return false
        }
    }
}
