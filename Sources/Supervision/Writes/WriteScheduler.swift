import Coordination
import FailoverCore
import HeapModule

/// Whose write is next, over all groups of the process: what has begun is finished before anything else begins.
///
/// Promotions come before demotions, these before seals and announcements; of equals the more important group is first, then the one that
/// waits longest. Waiting is no failure, and asks the API server nothing.
actor WriteScheduler {
    /// The place of a write in the queue; the least is next.
    struct Place: Sendable, Hashable, Comparable {
        /// Of the write.
        var urgency: WriteUrgency
        /// Of its group, 0...1000.
        var importance: Int
        /// In the order of asking.
        var number: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.urgency, -left.importance, left.number) < (right.urgency, -right.importance, right.number)
        }
    }

    /// A write's turn; whoever has one writes, or gives it back.
    struct Turn: Sendable {}

    private struct Waiter: Comparable {
        var place: Place
        var turn: Latch

        static func < (left: Waiter, right: Waiter) -> Bool { left.place < right.place }
        static func == (left: Waiter, right: Waiter) -> Bool { left.place == right.place }
    }

    private var window = WriteWindow()
    private var waiters = Heap<Waiter>()
    /// Whose task was cancelled while it waited.
    private var gone: Set<Int> = []
    /// Those whose turn has come and who have not looked yet.
    private var called: Set<Int> = []
    private var underWay = 0
    private var lastNumber = 0
    private var waited = 0
    private var pointless = 0
    private let now: @Sendable () -> MonotonicTime

    /// `now`: the monotonic clock.
    init(now: @escaping @Sendable () -> MonotonicTime) {
        self.now = now
    }

    /// A moment's numbers.
    var counts: WriteCounts {
        WriteCounts(
            underWay: underWay,
            waiting: waiters.count - gone.count,
            limit: window.limit,
            waited: waited,
            pointless: pointless
        )
    }

    /// Waits until it is a write's turn; nil: the task was cancelled before.
    ///
    /// Thousands wait at once: what is done then should have its frames only then.
    nonisolated func turn(_ urgency: WriteUrgency, importance: Int) async -> Turn? {
        if let (turn, place) = await enter(urgency, importance) {
            await turn.wait()
            if await gaveUp(place) { return nil }
        }
        return Turn()
    }

    /// A turn is not used.
    func giveBack(_: Turn) {
        underWay -= 1
        callNext()
    }

    /// Writes when it is this write's turn.
    ///
    /// `turn`: nil: it has yet to come.
    /// `isWanted`: asked when its turn has come, whether there is still a reason for it.
    /// `request`: what came of it, and how it ended; no ending: it was not sent after all.
    /// - Returns: nil if nothing was sent, because there is no reason any more or the task was cancelled.
    nonisolated func write<Outcome: Sendable>(
        _ urgency: WriteUrgency,
        importance: Int,
        in turn: Turn? = nil,
        isWanted: @Sendable () async -> Bool = { true },
        _ request: @Sendable () async -> (Outcome?, WriteWindow.Ending?)
    ) async -> Outcome? {
        if turn == nil, await self.turn(urgency, importance: importance) == nil { return nil }
        guard await isWanted(), !Task.isCancelled else {
            await leaveUnsent()
            return nil
        }
        let sentAt = now()
        let (outcome, ending) = await request()
        // What was not sent says nothing of how fast the API server is.
        if let ending { await leave(ending, sentAt: sentAt) } else { await leaveUnsent() }
        return outcome
    }

    private func enter(_ urgency: WriteUrgency, _ importance: Int) -> (Latch, Place)? {
        lastNumber += 1
        if underWay < window.limit {
            underWay += 1
            return nil
        }
        let waiter = Waiter(
            place: Place(urgency: urgency, importance: importance, number: lastNumber),
            turn: Latch()
        )
        waiters.insert(waiter)
        waited += 1
        return (waiter.turn, waiter.place)
    }

    /// Whether a write still waits, for its task was cancelled, and now no longer does.
    private func gaveUp(_ place: Place) -> Bool {
        guard called.remove(place.number) == nil else { return false }
        gone.insert(place.number)
        return true
    }

    private func leaveUnsent() {
        pointless += 1
        underWay -= 1
        callNext()
    }

    private func leave(_ ending: WriteWindow.Ending, sentAt: MonotonicTime) {
        let zero = MonotonicTime(nanoseconds: 0)
        window.ended(
            ending,
            sentAt: sentAt.since(zero),
            now: now().since(zero),
            wasFull: waiters.count > gone.count
        )
        underWay -= 1
        callNext()
    }

    private func callNext() {
        while underWay < window.limit, let next = waiters.popMin() {
            if gone.remove(next.place.number) != nil { continue }
            underWay += 1
            called.insert(next.place.number)
            next.turn.open()
        }
    }
}

/// How many writes there are, and what became of those that had to wait.
package struct WriteCounts: Sendable, Hashable {
    /// Writes under way.
    package var underWay: Int
    /// Writes that wait for their turn.
    package var waiting: Int
    /// Writes that may be under way at once, as far as the API server bears them.
    package var limit: Int
    /// Writes that had to wait, since the start.
    package var waited: Int
    /// Writes that were not sent, for what they were for was over when their turn came, since the start.
    package var pointless: Int

    /// The parameters are the properties.
    package init(underWay: Int, waiting: Int, limit: Int, waited: Int, pointless: Int) {
        self.underWay = underWay
        self.waiting = waiting
        self.limit = limit
        self.waited = waited
        self.pointless = pointless
    }
}
