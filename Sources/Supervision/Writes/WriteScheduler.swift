import Coordination
import FailoverCore

/// Whose write is next, over all groups of the process: what has begun is finished before anything else begins.
///
/// Promotions come before demotions, these before seals and announcements; of equals the more important group is first, then the one that
/// waits longest. Waiting is no failure, and asks the API server nothing.
///
/// What is not answered holds up only itself: a write whose last try had no answer in time goes on a way of its own (`RetryLine`), and one that
/// has none for `patience`, while others are answered, takes no place in the window any more.
actor WriteScheduler {
    /// Where a write stands.
    typealias Place = WriteQueue.Place

    /// The way that a write goes.
    enum Way: Sendable, Hashable {
        /// In the window, among the writes of all groups.
        case window
        /// After so many tries in a row that had no answer in time.
        case retry(namespace: String, tries: Int)
    }

    /// A write's turn; whoever has one writes, or gives it back.
    struct Turn: Sendable {
        /// Which.
        var number = 0
    }

    /// Is given a turn that has come; false if nobody wants it any more.
    typealias Call = @Sendable (Turn) -> Bool

    /// A write that is under way.
    private struct Flight: Sendable {
        var way: Way
        var since: MonotonicTime
        /// Whether it takes no place in the window any more.
        var isOverdue = false

        var isApart: Bool { isOverdue || way != .window }
    }

    /// What is not answered for so long holds no other write up.
    static let patience: Duration = .seconds(1)
    /// So many may be under way beside the window for that, at most.
    static let mostOverdue = 64

    private var window = WriteWindow()
    private var queue = WriteQueue()
    private var retries = RetryLine()
    private var flights: [Int: Flight] = [:]
    /// Of these, those that take a place in the window, and those that did.
    private var (inWindow, overdue) = (0, 0)
    private var lastNumber = 0
    private var waited = 0
    private var pointless = 0
    /// Opened when something waits.
    private var bell: Latch?
    private let now: @Sendable () -> MonotonicTime

    /// `now`: the monotonic clock.
    init(now: @escaping @Sendable () -> MonotonicTime) {
        self.now = now
    }

    /// A moment's numbers.
    var counts: WriteCounts {
        WriteCounts(
            underWay: flights.count,
            waiting: queue.count + retries.count,
            limit: window.limit,
            waited: waited,
            pointless: pointless
        )
    }

    /// A write's turn; nil: it has to wait, and `called` is given it once it comes.
    ///
    /// Thousands wait at once, without a task.
    func turn(
        _ urgency: WriteUrgency,
        importance: Int,
        by way: Way = .window,
        orCall called: @escaping Call
    ) -> Turn? {
        let (turn, waits) = enter(urgency, importance, way, called)
        return waits ? nil : turn
    }

    /// Waits until it is a write's turn; nil: the task was cancelled before.
    private nonisolated func turn(_ urgency: WriteUrgency, importance: Int, by way: Way) async -> Turn? {
        let latch = Latch()
        let (turn, waits) = await enter(urgency, importance, way) { _ in
            latch.open()
            return true
        }
        if waits {
            await latch.wait()
            if await gaveUp(turn, way) { return nil }
        }
        return turn
    }

    /// A turn is not used.
    func giveBack(_ turn: Turn) {
        land(turn)
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
        by way: Way = .window,
        in given: Turn? = nil,
        isWanted: @Sendable () async -> Bool = { true },
        _ request: @Sendable () async -> (Outcome?, WriteWindow.Ending?)
    ) async -> Outcome? {
        var turn = given
        if turn == nil { turn = await self.turn(urgency, importance: importance, by: way) }
        guard let turn else { return nil }
        guard await isWanted(), !Task.isCancelled else {
            await leaveUnsent(turn)
            return nil
        }
        let sentAt = now()
        let (outcome, ending) = await request()
        // What was not sent says nothing of how fast the API server is.
        if let ending { await leave(turn, ending, sentAt: sentAt) } else { await leaveUnsent(turn) }
        return outcome
    }

    // MARK: Coming and going

    private func enter(
        _ urgency: WriteUrgency,
        _ importance: Int,
        _ way: Way,
        _ called: @escaping Call
    ) -> (Turn, waits: Bool) {
        lastNumber += 1
        let turn = Turn(number: lastNumber)
        var place = Place(urgency: urgency, importance: importance, number: lastNumber)
        if case .retry(_, let tries) = way { place.tries = tries }
        if hasRoom(way) {
            fly(turn.number, way)
            return (turn, false)
        }
        let waiter = WriteQueue.Waiter(place: place, since: now()) { called(turn) }
        switch way {
        case .window: queue.insert(waiter)
        case .retry(let namespace, _): retries.insert(waiter, of: namespace)
        }
        waited += 1
        bell?.open()
        bell = nil
        return (turn, true)
    }

    private func hasRoom(_ way: Way) -> Bool {
        switch way {
        case .window: inWindow < window.limit
        case .retry(let namespace, _): retries.hasRoom(for: namespace)
        }
    }

    /// Whether a write still waits, for its task was cancelled, and now no longer does.
    private func gaveUp(_ turn: Turn, _ way: Way) -> Bool {
        guard flights[turn.number] == nil else { return false }
        switch way {
        case .window: queue.leave(turn.number)
        case .retry(let namespace, _): retries.leave(turn.number, of: namespace)
        }
        return true
    }

    private func fly(_ number: Int, _ way: Way) {
        flights[number] = Flight(way: way, since: now())
        switch way {
        case .window: inWindow += 1
        case .retry(let namespace, _): retries.began(namespace)
        }
    }

    /// Takes back a turn; nil: it was none.
    @discardableResult
    private func land(_ turn: Turn) -> Flight? {
        guard let flight = flights.removeValue(forKey: turn.number) else { return nil }
        switch flight.way {
        case .window where flight.isOverdue: overdue -= 1
        case .window: inWindow -= 1
        case .retry(let namespace, _): retries.ended(namespace)
        }
        return flight
    }

    private func leaveUnsent(_ turn: Turn) {
        pointless += 1
        giveBack(turn)
    }

    private func leave(_ turn: Turn, _ ending: WriteWindow.Ending, sentAt: MonotonicTime) {
        let zero = MonotonicTime(nanoseconds: 0)
        let flight = land(turn)
        window.ended(
            ending,
            sentAt: sentAt.since(zero),
            now: now().since(zero),
            wasFull: queue.count > 0,
            isApart: flight?.isApart ?? false
        )
        callNext()
    }

    private func callNext() {
        while inWindow < window.limit, let next = queue.pop() { call(next, .window) }
        while let (next, namespace) = retries.pop() {
            call(next, .retry(namespace: namespace, tries: next.place.tries))
        }
    }

    private func call(_ next: WriteQueue.Waiter, _ way: Way) {
        let turn = Turn(number: next.place.number)
        fly(turn.number, way)
        if next.call() { return }
        pointless += 1
        land(turn)
    }

    // MARK: What takes long

    /// Returns when something waits, or the task is cancelled.
    func somethingWaits() async {
        guard queue.count + retries.count == 0 else { return }
        let latch = Latch()
        bell = latch
        await latch.wait()
    }

    /// Lets others go before writes that have had no answer for `patience`, if others are answered; tells how long writes wait.
    func look() -> WriteDelay {
        let (now, zero) = (now(), MonotonicTime(nanoseconds: 0))
        let late = flights.filter { now.since($0.value.since) >= Self.patience }.sorted { $0.key < $1.key }
        if queue.count > 0 {
            for (number, flight) in late where !flight.isApart && overdue < Self.mostOverdue {
                guard window.answers(sentAt: flight.since.since(zero)) else { continue }
                flights[number]?.isOverdue = true
                inWindow -= 1
                overdue += 1
            }
            callNext()
        }
        return WriteDelay(
            waiting: queue.count + retries.count,
            longest: [queue.oldest, retries.oldest].compactMap(\.self).min().map { now.since($0) } ?? .zero,
            unanswered: late.count,
            limit: window.limit
        )
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
