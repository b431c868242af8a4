/// A queue of events whose memory is bounded by what they speak of, not by how many there are: a newer event under the
/// same key replaces the older one, in the older one's place.
///
/// One consumer awaits; anybody posts, from any thread, without waiting.
package final class CoalescingMailbox<Key: Hashable & Sendable, Event: Sendable>: Sendable {
    private let unread = Locked(CoalescedEvents<Key, Event>())
    /// One signal for whatever came since the last; for one consumer, in place of `batches`.
    ///
    /// Ends after `finish`, or when the consumer's task is cancelled.
    package let signals: AsyncStream<Void>
    private let input: AsyncStream<Void>.Continuation
    private let merge: @Sendable (_ older: Event, _ newer: Event) -> Event

    /// - Parameter merge: what takes the place of an unread event when a newer one comes under its key.
    package init(merging merge: @escaping @Sendable (_ older: Event, _ newer: Event) -> Event = { $1 }) {
        self.merge = merge
        (signals, input) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Leaves an event, replacing an unread one under the same key.
    ///
    /// `limit`: of unread events.
    /// - Returns: false if there are so many under other keys, and nothing was left.
    @discardableResult
    package func post(_ event: Event, for key: Key, limit: Int = .max) -> Bool {
        let isLeft = unread.withLock { $0.add(event, for: key, limit: limit, merging: merge) }
        signal()
        return isLeft
    }

    /// Has the consumer look, though no event came.
    package func signal() {
        input.yield()
    }

    /// No event will come any more; the consumer ends after those that are left.
    package func finish() {
        input.finish()
    }

    /// The batches of events, in the order of their keys' first posting; for one consumer.
    ///
    /// Ends after `finish`, or when the consumer's task is cancelled.
    package var batches: some AsyncSequence<[Event], Never> {
        signals.map { [self] in takeAll() }
    }

    /// All unread events.
    package func takeAll() -> [Event] { unread.withLock { $0.takeAll() } }
}
