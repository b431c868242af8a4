/// All checks of a loop: the multis that they share, what is being connected, and what has ended in this turn.
///
/// Confined to the loop's thread.
struct CheckBoard {
    /// Multis, by whether they keep connections; the last one with room is filled next.
    var shards: [Bool: [Shard]] = [:]
    /// Connections that are being made, by descriptor.
    var connecting: [Int32: Check] = [:]
    /// Those of them that were begun since the last look, and that the kernel was not asked to tell of yet.
    var begun: [Int32] = []
    /// Deadlines of connections, by descriptor, in milliseconds.
    var deadlines = TimerWheel(at: EventLoop.now / 1_000_000)
    /// What has happened and is to be handed out, from `next` on.
    private var events: [Check.Event] = []
    private var next = 0
    /// What is being handed out; kept for its memory.
    private(set) var delivered: [Check.Event] = []
    /// Whoever is notified of its end.
    var receive: (([Check.Event]) -> Void)?

    /// Events that are handed out together.
    private static let chunk = 4

    /// Whether something is left to be handed out.
    var hasEvents: Bool { next < events.count }
    /// Whether there is something to do before the loop may wait.
    var isBusy: Bool { hasEvents || !begun.isEmpty }

    /// Leaves an event to be handed out.
    mutating func add(_ event: Check.Event) {
        events.append(event)
    }

    /// Passes the next few events on to be handed out; false if there is none.
    mutating func takeSome() -> Bool {
        delivered.removeAll(keepingCapacity: true)
        guard hasEvents else { return false }
        let end = min(events.count, next + Self.chunk)
        delivered.append(contentsOf: events[next..<end])
        next = end
        if !hasEvents {
            events.removeAll(keepingCapacity: true)
            next = 0
        }
        return true
    }

    /// Nothing is heard of a check that has not been handed out.
    mutating func forget(_ tag: Int) {
        guard hasEvents else { return }
        events.removeSubrange(..<next)
        next = 0
        events.removeAll { $0.tag == tag }
    }

    /// A multi and how many checks use it.
    struct Shard {
        /// The multi.
        let multi: Multi
        /// How many checks use it.
        var count: Int
    }
}
