import FailoverCore
import HeapModule

/// Writes that wait for their turn, the next one first.
struct WriteQueue: Sendable {
    /// The place of a write in the queue; the least is next.
    struct Place: Sendable, Hashable, Comparable {
        /// Of the write.
        var urgency: WriteUrgency
        /// Of its group, 0...1000.
        var importance: Int
        /// In the order of asking.
        var number: Int
        /// Tries of it in a row that had no answer in time: what is tried in vain goes behind what may succeed, however urgent.
        var tries = 0

        static func < (left: Place, right: Place) -> Bool {
            (left.tries, left.urgency, -left.importance, left.number)
                < (right.tries, right.urgency, -right.importance, right.number)
        }
    }

    /// A write that waits.
    struct Waiter: Sendable, Comparable {
        /// Where.
        var place: Place
        /// Since when.
        var since: MonotonicTime
        /// Called when its turn has come; false if nobody wants it any more.
        var call: @Sendable () -> Bool

        static func < (left: Waiter, right: Waiter) -> Bool { left.place < right.place }
        static func == (left: Waiter, right: Waiter) -> Bool { left.place == right.place }
    }

    private var waiters = Heap<Waiter>()
    /// Whose task was cancelled while it waited.
    private var gone: Set<Int> = []

    /// How many wait.
    var count: Int { waiters.count - gone.count }
    /// Since when the one waits that waits longest; nil: none does.
    var oldest: MonotonicTime? {
        waiters.unordered.lazy.filter { !gone.contains($0.place.number) }.map(\.since).min()
    }

    /// One more waits.
    mutating func insert(_ waiter: Waiter) { waiters.insert(waiter) }

    /// The one of this number waits no longer.
    mutating func leave(_ number: Int) { gone.insert(number) }

    /// Where the next one stands; nil: none waits.
    mutating func first() -> Place? {
        while let next = waiters.min, gone.remove(next.place.number) != nil { waiters.removeMin() }
        return waiters.min?.place
    }

    /// Takes out the next one; nil: none waits.
    mutating func pop() -> Waiter? {
        first() == nil ? nil : waiters.popMin()
    }
}
