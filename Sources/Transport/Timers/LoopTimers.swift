import HeapModule

/// Timers of the loop's thread, by due time.
struct LoopTimers {
    /// One timer; `id` breaks ties in the order of arming.
    private struct Entry: Comparable {
        let due: UInt64
        let id: UInt64

        static func < (lhs: Entry, rhs: Entry) -> Bool { (lhs.due, lhs.id) < (rhs.due, rhs.id) }
    }

    private var heap = Heap<Entry>()
    private var actions: [UInt64: () -> Void] = [:]
    private var lastID: UInt64 = 0

    /// Arms a timer.
    ///
    /// `due`: monotonic nanoseconds.
    mutating func arm(at due: UInt64, _ action: @escaping () -> Void) -> LoopTimer {
        lastID += 1
        heap.insert(Entry(due: due, id: lastID))
        actions[lastID] = action
        return LoopTimer(id: lastID)
    }

    /// Disarms a timer; nothing happens if it fired already.
    mutating func disarm(_ timer: LoopTimer) {
        actions[timer.id] = nil
        while let first = heap.min, actions[first.id] == nil { heap.removeMin() }
    }

    /// When the next timer is due; nil if none is armed.
    var nextDue: UInt64? { heap.min?.due }

    /// Takes the action of one due timer; nil if none is due.
    mutating func takeDue(at now: UInt64) -> (() -> Void)? {
        while let first = heap.min, first.due <= now {
            heap.removeMin()
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }
}

/// Names an armed timer.
package struct LoopTimer: Sendable, Hashable {
    /// No two of a loop's have the same.
    let id: UInt64
}

extension EventLoop {
    /// On the loop: runs `action` on it at `due`, monotonic nanoseconds.
    package func schedule(at due: UInt64, _ action: @escaping () -> Void) -> LoopTimer {
        precondition(isCurrent)
        return timers.arm(at: due, action)
    }

    /// On the loop: disarms a timer.
    package func cancel(_ timer: LoopTimer) {
        precondition(isCurrent)
        timers.disarm(timer)
    }
}
