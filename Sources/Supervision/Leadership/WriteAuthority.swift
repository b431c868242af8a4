import Coordination
package import FailoverCore

/// Until when this supervisor may write for the groups of one shard.
///
/// Every write asks for the time left before it is sent. One that needs no longer than others do takes no longer than that; one that is known to
/// need more is waited for as long as the lead is renewed. Seals and epochs remain the last line: a write that is on its way when the time is
/// over can do no harm, for it is bound to a version of its object, but it would be in vain.
package final class WriteAuthority: Sendable {
    private struct State: Sendable {
        /// Nil: for ever.
        var end: MonotonicTime?
        /// Who waits for more time.
        var waiters: [Latch] = []
    }

    private let state: Locked<State>

    /// `end`: nil for a supervisor that is alone and asks nobody.
    package init(until end: MonotonicTime?) {
        state = Locked(State(end: end))
    }

    /// The authority of who holds nothing.
    static let none = WriteAuthority(until: MonotonicTime(nanoseconds: 0))

    /// The lead was renewed, by a request that was sent early enough to be good until then.
    package func extend(to later: MonotonicTime) {
        let waiters = state.withLock { state -> [Latch] in
            guard let end = state.end, end < later else { return [] }
            state.end = later
            return Self.removeWaiters(&state)
        }
        for waiter in waiters { waiter.open() }
    }

    /// Nothing may be written from now on.
    package func end(at now: MonotonicTime) {
        state.withLock { $0.end = now }
    }

    /// How long a write that is sent now may take; nil: as long as it would anyway; not above zero: it must not be sent.
    package func timeLeft(at now: MonotonicTime) -> Duration? {
        state.withLock { $0.end }.map { $0.since(now) }
    }

    /// Whether nothing may be sent now.
    func isOver(at now: MonotonicTime) -> Bool { timeLeft(at: now).map { $0 <= .zero } ?? false }

    // MARK: Waiting

    /// Opened when there is more time, or another authority instead.
    func nextChange() -> Latch {
        let latch = Latch()
        state.withLock { $0.waiters.append(latch) }
        return latch
    }

    /// Whether somebody waits.
    var isAwaited: Bool { state.withLock { !$0.waiters.isEmpty } }

    /// Lets whoever waits look again.
    func wake() {
        for waiter in state.withLock({ Self.removeWaiters(&$0) }) { waiter.open() }
    }

    private static func removeWaiters(_ state: inout State) -> [Latch] {
        defer { state.waiters = [] }
        return state.waiters
    }
}

/// Where the writes of one group wait until its supervisor may write.
final class WriteGate: Sendable {
    private let authority: Locked<WriteAuthority>

    /// A gate that is shut until an authority is given.
    init(_ authority: WriteAuthority = .none) {
        self.authority = Locked(authority)
    }

    /// What holds now.
    private var current: WriteAuthority { authority.withLock { $0 } }

    /// Another authority holds from now on.
    func use(_ next: WriteAuthority) {
        let previous = authority.withLock { authority in
            defer { authority = next }
            return authority
        }
        previous.wake()
    }

    /// How long a write that is sent now may take, at most `longest`; nil: it must not be sent.
    func timeout(at now: MonotonicTime, longest: Duration) -> Duration? {
        guard let left = current.timeLeft(at: now) else { return longest }
        return left > .zero ? min(left, longest) : nil
    }

    /// Runs a request that may take longer than the lead lasts as it is now; it is cancelled if the lead ends without being renewed.
    ///
    /// - Returns: what came of it, and whether it was cancelled for that.
    func whileOpen<Outcome: Sendable>(
        _ clock: SupervisionClock,
        _ request: @escaping @Sendable () async -> Outcome
    ) async -> (Outcome, isCut: Bool) {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await request() }
            group.addTask { [self] in
                await shut(clock)
                return nil
            }
            var isCut = false
            while let ended = await group.next() {
                group.cancelAll()
                if let ended { return (ended, isCut) }
                isCut = !Task.isCancelled
            }
            preconditionFailure("a request has no end")
        }
    }

    /// Returns when nothing may be sent any more, or the task is cancelled.
    private func shut(_ clock: SupervisionClock) async {
        while !Task.isCancelled {
            let now = clock.now()
            // Whoever leads for ever may have come to do so meanwhile.
            let left = current.timeLeft(at: now) ?? .seconds(60)
            guard left > .zero, await clock.sleep(now + left) else { return }
        }
    }

    /// Waits until writes may be sent, or the task is cancelled.
    func open(_ now: @Sendable () -> MonotonicTime) async {
        while !Task.isCancelled {
            let authority = current
            guard authority.isOver(at: now()) else { return }
            let change = authority.nextChange()
            // Asked for again after the latch is in place, so that no change is missed.
            guard authority === current, authority.isOver(at: now()) else { continue }
            await change.wait()
        }
    }
}
