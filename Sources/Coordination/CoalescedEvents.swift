/// Unread events; their memory is bounded by what they speak of, not by how many there are: a newer event under the same key
/// replaces the older one, in the older one's place.
package struct CoalescedEvents<Key: Hashable & Sendable, Event: Sendable>: Sendable {
    /// The keys of unread events, in the order of their first posting.
    private var order: [Key] = []
    /// What is unread under each.
    private var events: [Key: Event] = [:]

    /// None is unread.
    package init() {}

    /// Whether none is unread.
    package var isEmpty: Bool { order.isEmpty }

    /// Adds an event, merged with an unread one under the same key.
    ///
    /// `limit`: of unread events.
    /// - Returns: false if there are so many under other keys, and nothing was added.
    package mutating func add(
        _ event: Event,
        for key: Key,
        limit: Int = .max,
        merging merge: (_ older: Event, _ newer: Event) -> Event
    ) -> Bool {
        if let older = events[key] {
            events[key] = merge(older, event)
        } else {
            guard order.count < limit else { return false }
            events[key] = event
            order.append(key)
        }
        return true
    }

    /// All unread events, in the order of their keys' first posting; they are read then.
    package mutating func takeAll() -> [Event] {
        defer { self = Self() }
        return order.compactMap { events[$0] }
    }
}
