import Coordination

extension EventLoop {
    /// The longest turn of the last minute or two, the one that is under way included.
    package var longestTurn: Duration { pace.longestTurn(at: Self.now) }

    /// Whether the loop begins another turn within `limit`: false means that it hangs or was stopped.
    ///
    /// It is asked besides the queue: a loop that has much to do does not hang.
    package func turns(within limit: Duration) async -> Bool {
        let begun = Latch()
        awaitedTurns.withLock { $0.append(begun) }
        epoll.wake()
        defer { awaitedTurns.withLock { turns in turns.removeAll { $0 === begun } } }
        let turned = await withDeadline(after: limit) {
            await begun.wait()
            return !Task.isCancelled
        }
        return turned ?? false
    }

    /// Something woke the loop, and is cleared.
    ///
    /// Whoever asks leaves the question before the loop is woken: one that came since the turn began will not wake it again.
    func wasWoken() {
        epoll.clearWake()
        turnBegan()
    }

    /// Tells those who wait for a turn to begin that one has.
    func turnBegan() {
        let waiting = awaitedTurns.withLock { turns in
            defer { turns.removeAll() }
            return turns
        }
        for latch in waiting { latch.open() }
    }
}
