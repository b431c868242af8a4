package import FailoverCore

/// Strives for one Lease, holds it, and gives it back: events in, actions out.
///
/// The algorithm of client-go's leaderelection, with these differences: the lead is good from *before* its renewal was sent; a release
/// looks at the Lease as it is; a candidate waits for the end that it has observed, instead of asking every two seconds; and whoever
/// could not renew in time is in doubt, not out, until somebody else is seen to hold the Lease.
///
/// Times on the Lease are never compared with a clock: what counts is when the record was seen to change. One request is under way at a
/// time. https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go
package struct LeaderElector: Sendable, Hashable {
    /// Whether the Lease is to be taken when it is free.
    package enum Preference: Sendable, Hashable {
        /// At once.
        case atOnce
        /// Only if nobody else has taken it for a retry period.
        case afterRetryPeriod
        /// Not at all; if it is held, it is released.
        case never
    }

    /// What is to be done, in order.
    package enum Action: Sendable, Hashable {
        /// Read the Lease, and tell `readFinished`.
        case read(id: Int)
        /// Write it, and tell `writeFinished`.
        case write(id: Int, LeaseWrite)
        /// Where this candidate stands has changed.
        case changed(Change)
    }

    /// How a candidate's standing changed.
    package enum Change: Sendable, Hashable {
        /// It leads, until then; also after it was in doubt.
        case taken(until: MonotonicTime)
        /// It leads longer.
        case renewed(until: MonotonicTime)
        /// It could not renew in time; nobody else is known to lead.
        case inDoubt
        /// It leads no more: it wanted to release the Lease (nil), or this one holds it.
        case lost(to: String?)
    }

    private enum Lead: Hashable {
        case none
        /// May act until then.
        case leading(until: MonotonicTime)
        /// The Lease may still be ours, and nobody may act.
        case inDoubt
    }

    private enum Knowledge: Hashable {
        /// Nothing was read or observed.
        case nothing
        /// There is no Lease; it may be created from then on.
        case absent(freeAt: MonotonicTime)
        /// `seenAt`: when the record was seen to change.
        case present(LeaseView, seenAt: MonotonicTime)
    }

    private enum Purpose: Hashable {
        case read
        case claim
        case release
    }

    private struct Request: Hashable {
        var id: Int
        var purpose: Purpose
        var sentAt: MonotonicTime
        /// What was known then.
        var version: ObjectVersion?
    }

    /// A write of ours of which nobody knows whether it was carried out.
    private struct Unsettled: Hashable {
        var sentAt: MonotonicTime
        var renewal: Int64
    }

    /// Under which the Lease is held; unique for each process.
    package let identity: String
    private let timing: ElectionTiming
    /// 0...1; how much of a retry period this candidate waits after others.
    private let jitter: Double
    private var preference = Preference.never
    private var lead = Lead.none
    /// Whether `taken` was said and `lost` was not.
    private var isReported = false
    private var known = Knowledge.nothing
    private var request: Request?
    private var lastRequest = 0
    /// Whether what is known is in doubt.
    private var needsRead = false
    /// When the next renewal is due.
    private var renewAt = MonotonicTime(nanoseconds: 0)
    /// Nothing is sent before, because something failed.
    private var pausedUntil = MonotonicTime(nanoseconds: 0)
    /// Nothing is written before, because a write has failed; what came of it may be read at once.
    private var writesPausedUntil = MonotonicTime(nanoseconds: 0)
    /// When a release that does not succeed is left to the Lease's own end.
    private var releaseEnd = MonotonicTime(nanoseconds: 0)
    private var failures = 0
    private var conflicts = 0
    private var unsettled: [Unsettled] = []

    /// Conflicts in a row that are answered at once.
    private static let quickConflicts = 3
    /// Unsettled writes that are kept, the newest.
    private static let mostUnsettled = 4
    /// Of a candidate that fails again and again: while the API server is away the leader may die, and once it is back nobody leads
    /// for so long.
    private static let longestPause = Duration.seconds(8)
    /// What a released Lease says.
    private static let releasedDuration = Duration.seconds(1)
    private static let mostTransitions = Int(Int32.max)

    /// Wants nothing as yet.
    package init(identity: String, timing: ElectionTiming, jitter: Double) {
        self.identity = identity
        self.timing = timing
        self.jitter = min(max(jitter, 0), 1)
    }

    // MARK: What is known

    /// The Lease as last seen; nil if there is none, or nothing was seen.
    package var view: LeaseView? {
        if case .present(let view, _) = known { view } else { nil }
    }

    /// Until when it may be acted; nil: not at all.
    package var leadEnd: MonotonicTime? {
        if case .leading(let end) = lead { end } else { nil }
    }

    /// Whether the Lease was ours and could not be renewed.
    package var isInDoubt: Bool { lead == .inDoubt }

    /// Whether nothing is left to be done for a Lease that is not wanted.
    package var isReleased: Bool { request == nil && lead == .none && nextAttempt == nil }

    /// When the Lease is over unless it is renewed; nil: nobody holds it, or nothing is known.
    package var observedEnd: MonotonicTime? {
        guard case .present(let view, let seenAt) = known, view.holder != nil else { return nil }
        return seenAt + duration(of: view)
    }

    /// When to call `woke`; nil: there is nothing to wait for but news.
    package var wakeTime: MonotonicTime? {
        let times = [request == nil ? nextAttempt?.time : nil, leadEnd]
        return times.compactMap { $0 }.min()
    }

    // MARK: Events

    /// Whether the Lease is wanted has changed.
    package mutating func wantedChanged(_ wanted: Preference, at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        if wanted == .never, preference != .never {
            releaseEnd = now + timing.leaseDuration
            if lead != .none {
                actions = lose(to: nil)
                needsRead = true
                pausedUntil = now
            }
        }
        preference = wanted
        return actions + proceed(at: now)
    }

    /// A watch or a list showed the Lease, or that there is none; it may be older than what is known.
    ///
    /// `isRelist`: everything was read anew, so that even an older version tells something.
    package mutating func leaseObserved(_ view: LeaseView?, isRelist: Bool, at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        switch (known, view) {
        case (.nothing, nil): known = .absent(freeAt: now)
        case (.absent, nil): break
        // It was deleted, or it only lost the label by which it was found.
        case (.present, nil): needsRead = true
        case (.present(let old, _), let new?) where new.version <= old.version:
            if isRelist, new.version < old.version { needsRead = true }
        case (_, let new?): actions = take(new, at: now)
        }
        return actions + proceed(at: now)
    }

    /// A read has ended.
    package mutating func readFinished(_ id: Int, _ outcome: LeaseReadOutcome, at now: MonotonicTime) -> [Action] {
        guard let request, request.id == id else { return proceed(at: now) }
        self.request = nil
        var actions: [Action] = []
        switch outcome {
        case .found(let view):
            succeeded()
            // A watch may have been faster than the answer; else even an older version counts, of a server that was set back.
            if request.version == self.view?.version || self.view.map({ $0.version < view.version }) ?? true {
                actions = take(view, at: now)
            }
        case .absent:
            succeeded()
            missed(at: now)
        case .failed: failed(request, at: now)
        }
        return actions + proceed(at: now)
    }

    /// A write has ended.
    package mutating func writeFinished(_ id: Int, _ outcome: LeaseWriteOutcome, at now: MonotonicTime) -> [Action] {
        guard let request, request.id == id else { return proceed(at: now) }
        self.request = nil
        var actions: [Action] = []
        switch outcome {
        case .written(let view):
            failures = 0
            conflicts = 0
            actions = written(view, by: request, at: now)
        case .conflict:
            needsRead = true
            conflicts += 1
            if conflicts > Self.quickConflicts { pausedUntil = max(now, request.sentAt + timing.retryPeriod) }
        case .failed: failed(request, at: now)
        case .unknown(let renewal):
            needsRead = true
            // A server that reads and fails to write would be asked as fast as it answers.
            writesPausedUntil = request.sentAt + timing.retryPeriod
            if request.purpose == .claim {
                unsettled = (unsettled + [Unsettled(sentAt: request.sentAt, renewal: renewal)]).suffix(
                    Self.mostUnsettled
                )
            }
        }
        return actions + proceed(at: now)
    }

    /// The wake time may have come.
    package mutating func woke(at now: MonotonicTime) -> [Action] { proceed(at: now) }

    // MARK: Taking in

    private mutating func succeeded() {
        needsRead = false
        failures = 0
    }

    /// A candidate that fails waits longer each time; who leads, or did, has no time for that.
    private mutating func failed(_ request: Request, at now: MonotonicTime) {
        let factor = lead == .none ? 1 << min(failures, 10) : 1
        failures += 1
        pausedUntil = max(
            now,
            request.sentAt + min(timing.retryPeriod * factor, max(Self.longestPause, timing.retryPeriod))
        )
    }

    private mutating func take(_ view: LeaseView, at now: MonotonicTime) -> [Action] {
        if case .present(let old, let seenAt) = known, old.isSameRecord(as: view) {
            known = .present(view, seenAt: seenAt)
        } else {
            known = .present(view, seenAt: now)
        }
        guard view.holder == identity else {
            return view.holder.map { lead == .none ? [] : lose(to: $0) } ?? []
        }
        guard let write = unsettled.last(where: { $0.renewal == view.renewal }) else { return [] }
        return confirm(sentAt: write.sentAt, at: now)
    }

    /// The Lease is gone: its holder may not know it yet, unless it is us.
    private mutating func missed(at now: MonotonicTime) {
        if case .absent = known { return }
        let isOthers = view?.holder.map { $0 != identity } ?? false
        known = .absent(freeAt: isOthers ? observedEnd.map { max($0, now) } ?? now : now)
    }

    private mutating func written(_ view: LeaseView, by request: Request, at now: MonotonicTime) -> [Action] {
        // What a watch has shown meanwhile is newer than the answer.
        if self.view.map({ $0.version < view.version || $0.version == request.version }) ?? true {
            known = .present(view, seenAt: now)
            needsRead = false
        }
        guard request.purpose == .claim, self.view?.holder == identity else { return [] }
        return confirm(sentAt: request.sentAt, at: now)
    }

    // MARK: The lead

    /// A renewal of ours is known to have been carried out: it is good from when it was sent.
    private mutating func confirm(sentAt: MonotonicTime, at now: MonotonicTime) -> [Action] {
        if preference == .never { return [] }
        let end = sentAt + timing.renewDeadline
        renewAt = max(renewAt, sentAt + timing.renewPeriod)
        guard end > now else {
            if lead == .none { lead = .inDoubt }
            return []
        }
        switch lead {
        case .leading(let current):
            guard end > current else { return [] }
            lead = .leading(until: end)
            return [.changed(.renewed(until: end))]
        case .none, .inDoubt:
            lead = .leading(until: end)
            isReported = true
            return [.changed(.taken(until: end))]
        }
    }

    private mutating func lose(to other: String?) -> [Action] {
        defer { isReported = false }
        lead = .none
        return isReported ? [.changed(.lost(to: other))] : []
    }

    // MARK: Going on

    /// Ends a lead whose time is over, and sends what is due.
    private mutating func proceed(at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        if let leadEnd, leadEnd <= now {
            lead = .inDoubt
            actions.append(.changed(.inDoubt))
        }
        guard request == nil, let next = nextAttempt, next.time <= now else { return actions }
        lastRequest += 1
        request = Request(id: lastRequest, purpose: next.purpose, sentAt: now, version: view?.version)
        switch next.purpose {
        case .read: actions.append(.read(id: lastRequest))
        case .claim: actions.append(.write(id: lastRequest, claim))
        case .release: actions.append(.write(id: lastRequest, release))
        }
        return actions
    }

    /// What is sent next, and when; nil: nothing, as far as is known.
    private var nextAttempt: (time: MonotonicTime, purpose: Purpose)? {
        let isRefused = lead == .none && preference == .never
        if needsRead { return isRefused && pausedUntil >= releaseEnd ? nil : (pausedUntil, .read) }
        let earliest = max(pausedUntil, writesPausedUntil)
        if isRefused {
            guard view?.holder == identity, let observedEnd, earliest < observedEnd else { return nil }
            return (earliest, .release)
        }
        switch lead {
        case .leading: return (max(earliest, renewAt), .claim)
        case .inDoubt: return (earliest, .claim)
        case .none: return freeTime.map { (max(earliest, $0), .claim) }
        }
    }

    /// When the Lease may be taken, unless there is news of it.
    private var freeTime: MonotonicTime? {
        let isFirst = preference == .atOnce
        let turn: Duration = isFirst ? .zero : timing.retryPeriod
        let delay = timing.retryPeriod * jitter
        switch known {
        case .nothing: return nil
        case .absent(let freeAt): return freeAt + turn + (isFirst ? .zero : delay)
        case .present(let view, let seenAt):
            guard let holder = view.holder else { return seenAt + turn + (isFirst ? .zero : delay) }
            return holder == identity ? seenAt : seenAt + duration(of: view) + turn + delay
        }
    }

    private func duration(of view: LeaseView) -> Duration {
        view.lifetime(unlessSaid: timing.leaseDuration)
    }

    // MARK: Writes

    private var claim: LeaseWrite {
        let isOurs = view?.holder == identity
        return LeaseWrite(
            version: view?.version,
            holder: identity,
            duration: timing.leaseDuration,
            transitions: view.map { isOurs ? transitions(of: $0) : min(transitions(of: $0) + 1, Self.mostTransitions) }
                ?? 0,
            keepsAcquireTime: isOurs
        )
    }

    private var release: LeaseWrite {
        LeaseWrite(
            version: view?.version,
            holder: nil,
            duration: Self.releasedDuration,
            transitions: view.map(transitions) ?? 0,
            keepsAcquireTime: false
        )
    }

    private func transitions(of view: LeaseView) -> Int { min(max(view.transitions, 0), Self.mostTransitions) }
}
