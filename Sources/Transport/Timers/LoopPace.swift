import Synchronization

/// How a loop shares its time out: when each part of a turn is to stop, and how long the longest turn of late took.
///
/// The parts end at these times after the turn's beginning; each does one piece of work at least, and what is left is done in
/// the next turns. So a turn stays under 20 ms whatever happens at once, as long as one piece of work does not take long.
final class LoopPace: Sendable {
    /// A part of a turn; its raw value is when it ends, ns after the turn's beginning.
    enum Part: UInt64 {
        /// libcurl acts on sockets that are ready, and on its timers.
        case sockets = 5_000_000
        /// What has ended is taken from libcurl and from the kernel.
        case ends = 7_000_000
        /// Results are handed out.
        case results = 9_000_000
        /// Timers, probes that are due among them.
        case timers = 11_000_000
    }

    /// Turns of this long are told of together, ns; older ones are forgotten within twice that.
    private static let window: UInt64 = 60_000_000_000

    /// When the turn began that is under way; 0: the loop waits.
    private let beginning = Atomic<UInt64>(0)
    /// The longest turns of this window and of the one before, ns, and when this one began.
    private let longest = Atomic<UInt64>(0)
    private let previous = Atomic<UInt64>(0)
    private let windowStart = Atomic<UInt64>(EventLoop.now)

    /// On the loop: it has waited, and begins to work.
    func begin(at now: UInt64) {
        beginning.store(now, ordering: .relaxed)
    }

    /// On the loop: whether a part of this turn has had its time.
    func isOver(_ part: Part) -> Bool {
        EventLoop.now - beginning.load(ordering: .relaxed) > part.rawValue
    }

    /// On the loop: the turn is over.
    func end(at now: UInt64) {
        let duration = now - beginning.load(ordering: .relaxed)
        beginning.store(0, ordering: .relaxed)
        let age = now - windowStart.load(ordering: .relaxed)
        if age > Self.window {
            previous.store(age > 2 * Self.window ? 0 : longest.load(ordering: .relaxed), ordering: .relaxed)
            longest.store(0, ordering: .relaxed)
            windowStart.store(now, ordering: .relaxed)
        }
        if duration > longest.load(ordering: .relaxed) { longest.store(duration, ordering: .relaxed) }
    }

    /// From anywhere: the longest turn of the last minute or two, the one that is under way included.
    func longestTurn(at now: UInt64) -> Duration {
        let beginning = beginning.load(ordering: .relaxed)
        let age = now - min(now, windowStart.load(ordering: .relaxed))
        var duration = beginning == 0 ? 0 : now - min(now, beginning)
        if age <= 2 * Self.window { duration = max(duration, longest.load(ordering: .relaxed)) }
        if age <= Self.window { duration = max(duration, previous.load(ordering: .relaxed)) }
        return .nanoseconds(Int64(clamping: duration))
    }
}
