import Coordination
import FailoverCore

/// Bounds how many requests are under way at once, over all groups; those that end an outage go first.
package actor RequestLimiter {
    private let limit: Int
    private let clock: any Clock<Duration>
    private var running = 0
    private var waiting: [WriteUrgency: [Latch]] = [:]

    /// `clock`: what measures patience.
    package init(limit: Int, clock: any Clock<Duration> = ContinuousClock()) {
        self.limit = limit
        self.clock = clock
    }

    /// Runs `request` when it is its turn: the most urgent first, equally urgent ones in the order of asking.
    ///
    /// `patience`: nil: it waits until the task is cancelled.
    /// - Returns: nil if no turn came within `patience`; the request was not begun then.
    nonisolated func withTurn<Result: Sendable>(
        _ urgency: WriteUrgency,
        patience: Duration?,
        _ request: @Sendable () async -> Result
    ) async -> Result? {
        if let latch = await enter(urgency) {
            await wait(for: latch, patience: patience)
            if await gaveUp(latch, urgency) { return nil }
        }
        let result = await request()
        await leave()
        return result
    }

    /// Returns when it is a request's turn, which is to be given back; or when the task is cancelled, and then, too.
    func takeTurn(_ urgency: WriteUrgency) async {
        guard let latch = enter(urgency) else { return }
        await latch.wait()
        // Cancelled while it waited: what is given back then was nobody's.
        if gaveUp(latch, urgency) { running += 1 }
    }

    /// Gives back what `takeTurn` returned with.
    func giveTurnBack() {
        leave()
    }

    private nonisolated func wait(for latch: Latch, patience: Duration?) async {
        guard let patience else { return await latch.wait() }
        _ = await withDeadline(after: patience, clock: clock) { await latch.wait() }
    }

    /// Whether the next request has to wait.
    var isFull: Bool { running >= limit }

    /// How many requests of an urgency wait.
    func waitingCount(_ urgency: WriteUrgency) -> Int { waiting[urgency]?.count ?? 0 }

    private func enter(_ urgency: WriteUrgency) -> Latch? {
        if !isFull {
            running += 1
            return nil
        }
        let latch = Latch()
        waiting[urgency, default: []].append(latch)
        return latch
    }

    /// Whether a request still waits, and now no longer does; false if its turn came.
    private func gaveUp(_ latch: Latch, _ urgency: WriteUrgency) -> Bool {
        guard let index = waiting[urgency]?.firstIndex(where: { $0 === latch }) else { return false }
        waiting[urgency]?.remove(at: index)
        return true
    }

    /// The turn passes on to the most urgent request that waits longest.
    private func leave() {
        for urgency in WriteUrgency.allCases where waiting[urgency]?.isEmpty == false {
            waiting[urgency]?.removeFirst().open()
            return
        }
        running -= 1
    }
}
