/// What probes say of a member: computed where they end, beside the thresholds, and carried to the machine as one value.
///
/// The newest value holds all that the older ones did, so that nothing is lost when a reader sees only the last.
package struct HealthEvidence: Sendable, Hashable {
    /// The verdict by the thresholds.
    package private(set) var health: Health = .unknown
    /// Since when the verdict is what it is.
    package private(set) var healthSince: MonotonicTime
    /// When the first of the last failures in a row ended; nil if the last result was none.
    package private(set) var failingSince: MonotonicTime?
    /// When the first of the last successes in a row was had; nil if the last result was none.
    package private(set) var succeedingSince: MonotonicTime?
    /// When a probe succeeded last; nil: never.
    package private(set) var lastSuccess: MonotonicTime?
    /// When the probe began that succeeded last, of those that count; nil: none did.
    package private(set) var lastSuccessStart: MonotonicTime?
    /// Whether that probe was one of a member that is not active.
    package private(set) var isLastSuccessPassive = false
    /// When the probe began that failed last; nil: never.
    package private(set) var lastFailureStart: MonotonicTime?

    /// Why the last probe gave no result; nil: it gave one, or none was made.
    package private(set) var noResult: String?
    /// Since when no probe gave one: the verdict is older than this; nil: the last one did, or none was made.
    package private(set) var noResultSince: MonotonicTime?

    /// Of a member of which nothing is known before `start`.
    package init(since start: MonotonicTime) {
        healthSince = start
    }

    // MARK: What it says

    /// Whether the last results speak against the verdict, without having reached the threshold that would change it.
    package var isContradicted: Bool { contradictedSince != nil }

    /// Since when they do; nil if they do not.
    package var contradictedSince: MonotonicTime? {
        switch health {
        case .unknown: nil
        case .healthy: failingSince
        case .unhealthy: succeedingSince
        }
    }

    /// Since when it is healthy without a single failure; nil if it is not.
    package var unbrokenSince: MonotonicTime? {
        guard health == .healthy, failingSince == nil else { return nil }
        return max(healthSince, succeedingSince ?? healthSince)
    }

    // MARK: Events

    /// A probe that ran from `start` to `end` succeeded; `became` alone changes the verdict.
    ///
    /// `isPassive`: whether it asked what a member is asked that is not active.
    mutating func succeeded(from start: MonotonicTime, at end: MonotonicTime, isPassive: Bool = false) {
        clearNoResult()
        isLastSuccessPassive = isPassive
        lastSuccess = end
        lastSuccessStart = start
        failingSince = nil
        succeedingSince = succeedingSince ?? end
    }

    /// A probe that ran from `start` to `end` failed; `became` alone changes the verdict.
    mutating func failed(from start: MonotonicTime, at end: MonotonicTime) {
        clearNoResult()
        lastFailureStart = start
        succeedingSince = nil
        failingSince = failingSince ?? end
    }

    /// A probe that ended at `end` gave no result: nothing but since when and the reason is kept, at most 200 characters of it.
    mutating func gaveNoResult(because reason: String, at end: MonotonicTime) {
        noResult = String(reason.prefix(Self.longestReason))
        noResultSince = noResultSince ?? end
    }

    /// That probes gave no result is over: one did, or what they asked is asked no more.
    private mutating func clearNoResult() { (noResult, noResultSince) = (nil, nil) }

    /// Characters that are kept of a reason.
    private static let longestReason = 200

    /// The thresholds make another verdict.
    mutating func became(_ next: Health, at now: MonotonicTime) {
        health = next
        healthSince = now
    }

    /// The results so far do not count any more; the verdict stands, and so does unbroken health.
    mutating func recounted() {
        failingSince = nil
        lastSuccessStart = nil
        if health != .healthy { succeedingSince = nil }
    }

    /// The verdict does not hold any more: another container answers, or another question is asked.
    mutating func forgotten(at now: MonotonicTime) {
        clearNoResult()
        failingSince = nil
        succeedingSince = nil
        if health != .unknown { became(.unknown, at: now) }
    }
}

/// What is known of a member's application.
///
/// Unknown is a value of its own, not a failure: an active member loses its role for it only after a verdict window.
package enum Health: String, Sendable, Hashable, CaseIterable {
    /// No verdict yet: the member is new, its container restarted, or its probes have produced no result.
    case unknown
    /// `successThreshold` probes in a row succeeded.
    case healthy
    /// `failureThreshold` probes in a row failed.
    case unhealthy
}
