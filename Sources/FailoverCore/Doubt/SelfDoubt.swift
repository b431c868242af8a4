/// Decides when the supervisor must distrust its own probes rather than its targets.
///
/// A pure value beside the probe loop. At least half of all pods, at least four, in at least two groups and not all on one
/// node, that begin to fail within one period, are more likely one failure here. So is everything that is seen right after
/// the loop stood still, or the clock jumped. One node that takes all its pods down is none of this. A pod that several
/// groups share counts once, and groups that share all pods that fail are no two groups.
package struct SelfDoubt: Sendable {
    /// Where a target is, as far as it shows whether failures have one cause.
    package struct Place: Sendable, Hashable {
        /// The group that the target is probed for; a pod of two groups has two places.
        package var group: String
        /// Nil: not known, and then as good as a node of its own.
        package var node: String?

        /// `node`: nil if the pod's node is not known.
        package init(group: String, node: String?) {
            self.group = group
            self.node = node
        }
    }

    /// A pod that fails for one group or more.
    private struct FailingPod: Sendable {
        var node: String?
        /// Since when, by group.
        var failures: [String: Failure] = [:]

        /// The groups for which it began to fail within their periods.
        func recentGroups(now: MonotonicTime) -> Set<String> {
            Set(failures.filter { now.since($0.value.at) <= $0.value.period }.keys)
        }
    }

    /// A target that began to fail.
    private struct Failure: Sendable {
        var at: MonotonicTime
        /// The target's own period, within which the others have to begin to fail.
        var period: Duration
    }

    /// The fewest pods that can be a mass.
    private static let leastPods = 4
    /// The longest time that the loop may stand still.
    private static let longestStall: Duration = .seconds(2)
    /// How far the two clocks may drift apart between two beats.
    private static let longestJump: Duration = .seconds(2)

    /// Those that fail now.
    private var failing: [Member.ID: FailingPod] = [:]
    private var lastBeat: (monotonic: MonotonicTime, wall: Int64)?
    /// The last one that began, also when it is over; nil: there was none.
    package private(set) var suspension: Suspension?
    /// Results of probes that began before this time are no results.
    package private(set) var distrustedBefore = MonotonicTime(nanoseconds: 0)

    /// Nothing fails yet, and no beat was counted.
    package init() {}

    /// A target gave a failure after a success.
    ///
    /// `podCount`: all pods that have ever answered, failing or not.
    /// - Returns: the suspension that this begins or extends; nil for none.
    package mutating func beganToFail(
        _ id: Member.ID,
        at place: Place,
        period: Duration,
        podCount: Int,
        now: MonotonicTime
    ) -> Suspension? {
        failing[id, default: FailingPod(node: place.node)].failures[place.group] = Failure(at: now, period: period)
        // Once a second is enough while failures go on.
        if let suspension, suspension.until.since(now) > Suspension.duration - .seconds(1) { return nil }
        guard isMassFailure(podCount: podCount, now: now) else { return nil }
        return suspend(.massFailure, now: now)
    }

    /// A target succeeded, or is probed no more.
    package mutating func stoppedFailing(_ id: Member.ID, in group: String) {
        failing[id]?.failures[group] = nil
        if failing[id]?.failures.isEmpty ?? false { failing[id] = nil }
    }

    /// The probe loop begins another pass; to be called at least every second, and before any result of that pass.
    ///
    /// `wall`: nanoseconds since 1970.
    /// - Returns: the suspension that this begins or extends; nil for none.
    package mutating func beat(now: MonotonicTime, wall: Int64) -> Suspension? {
        defer { lastBeat = (now, wall) }
        guard let lastBeat else { return nil }
        let passed = now.since(lastBeat.monotonic)
        if passed > Self.longestStall {
            distrustedBefore = now
            failing = [:]
            return suspend(.stall, now: now)
        }
        let jump = Duration.nanoseconds(wall - lastBeat.wall) - passed
        if max(jump, .zero - jump) > Self.longestJump { return suspend(.clockJump, now: now) }
        return nil
    }

    /// The loop had nothing to do for a while: the next beat is the first again.
    package mutating func rested() {
        lastBeat = nil
    }

    private func isMassFailure(podCount: Int, now: MonotonicTime) -> Bool {
        // Cheap first: at ten thousand pods most failures are single ones.
        guard failing.count >= Self.leastPods, failing.count * 2 >= podCount else { return false }
        let recent = failing.values.map { (node: $0.node, groups: $0.recentGroups(now: now)) }
            .filter { !$0.groups.isEmpty }
        guard recent.count >= Self.leastPods, recent.count * 2 >= podCount else { return false }
        let nodes = Set(recent.map(\.node))
        let isOnOneNode = nodes.count == 1 && !nodes.contains(nil)
        return Self.areIndependent(Set(recent.map(\.groups))) && !isOnOneNode
    }

    /// Whether two pods fail that have no group in common.
    private static func areIndependent(_ groups: Set<Set<String>>) -> Bool {
        groups.contains { first in groups.contains { first.isDisjoint(with: $0) } }
    }

    private mutating func suspend(_ reason: Suspension.Reason, now: MonotonicTime) -> Suspension {
        let next = Suspension(until: now + Suspension.duration, reason: reason)
        suspension = next
        return next
    }
}
