/// What is to happen when, in virtual time: a binary heap, first come first served at equal times.
struct Agenda<Event> {
    private struct Entry {
        var at: UInt64
        var request: Int
        var event: Event
    }

    private var heap: [Entry] = []
    private var count = 0

    /// Adds an event, nanoseconds.
    mutating func add(_ event: Event, at time: UInt64) {
        count += 1
        heap.append(Entry(at: time, request: count, event: event))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next event.
    mutating func next() -> (at: UInt64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.at, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].at, heap[left].request) < (heap[right].at, heap[right].request)
    }
}
