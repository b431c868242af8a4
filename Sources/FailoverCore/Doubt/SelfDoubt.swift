/// Tells when the supervisor should rather doubt itself than its targets.
///
/// A pure value beside the probe loop. At least half of all targets, at least four, in at least two groups and not all on one
/// node, that begin to fail within one period, are more likely one failure here. So is everything that is seen right after
/// the loop stood still, or the clock jumped. One node that takes all its pods down is none of this.
package struct SelfDoubt: Sendable {
    /// Where a target is, as far as it tells whether failures have one cause.
    package struct Place: Sendable, Hashable {
        package var group: String
        /// Nil: not known, and then as good as a node of its own.
        package var node: String?

        package init(group: String, node: String?) {
            self.group = group
            self.node = node
        }
    }

    /// A target that began to fail.
    private struct Failure: Sendable {
        var place: Place
        var at: MonotonicTime
        /// The target's own period, within which the others have to begin to fail.
        var period: Duration
    }

    /// The fewest targets that can be a mass.
    private static let leastTargets = 4
    /// The longest time that the loop may stand still.
    private static let longestStall: Duration = .seconds(2)
    /// How far the two clocks may drift apart between two beats.
    private static let longestJump: Duration = .seconds(2)

    /// Those that fail now, by target.
    private var failures: [Member.ID: Failure] = [:]
    private var lastBeat: (monotonic: MonotonicTime, wall: Int64)?
    package private(set) var suspension: Suspension?
    /// Results of probes that began before this time are no results.
    package private(set) var distrustedBefore = MonotonicTime(nanoseconds: 0)

    package init() {}

    /// A target gave a failure after a success.
    ///
    /// `targetCount`: all targets that have ever answered, failing or not.
    /// - Returns: the suspension that this begins or extends; nil for none.
    package mutating func beganToFail(
        _ id: Member.ID,
        at place: Place,
        period: Duration,
        targetCount: Int,
        now: MonotonicTime
    ) -> Suspension? {
        failures[id] = Failure(place: place, at: now, period: period)
        // Once a second is enough while failures go on.
        if let suspension, suspension.until.since(now) > Suspension.duration - .seconds(1) { return nil }
        guard isMassFailure(targetCount: targetCount, now: now) else { return nil }
        return suspend(.massFailure, now: now)
    }

    /// A target succeeded, or is probed no more.
    package mutating func stoppedFailing(_ id: Member.ID) {
        failures[id] = nil
    }

    /// The loop turned; to be told at least every second, and before any result of a turn.
    ///
    /// `wall`: nanoseconds since 1970.
    /// - Returns: the suspension that this begins or extends; nil for none.
    package mutating func beat(now: MonotonicTime, wall: Int64) -> Suspension? {
        defer { lastBeat = (now, wall) }
        guard let lastBeat else { return nil }
        let passed = now.since(lastBeat.monotonic)
        if passed > Self.longestStall {
            distrustedBefore = now
            failures = [:]
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

    private func isMassFailure(targetCount: Int, now: MonotonicTime) -> Bool {
        // Cheap first: at ten thousand targets most failures are single ones.
        guard failures.count >= Self.leastTargets, failures.count * 2 >= targetCount else { return false }
        let recent = failures.values.filter { now.since($0.at) <= $0.period }
        guard recent.count >= Self.leastTargets, recent.count * 2 >= targetCount else { return false }
        let nodes = Set(recent.map(\.place.node))
        let isOnOneNode = nodes.count == 1 && !nodes.contains(nil)
        return Set(recent.map(\.place.group)).count >= 2 && !isOnOneNode
    }

    private mutating func suspend(_ reason: Suspension.Reason, now: MonotonicTime) -> Suspension {
        let next = Suspension(until: now + Suspension.duration, reason: reason)
        suspension = next
        return next
    }
}
