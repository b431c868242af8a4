import Transport

/// Bounds how many writes are under way at once, over all groups.
package actor WriteLimiter {
    private let limit: Int
    private var running = 0
    private var waiting: [Turnstile] = []

    package init(limit: Int) {
        self.limit = limit
    }

    /// Runs `write` when it is its turn; turns are given in the order of asking.
    nonisolated func withTurn<Result: Sendable>(_ write: @Sendable () async -> Result) async -> Result {
        if let turnstile = await enter() { await turnstile.wait() }
        let result = await write()
        await leave()
        return result
    }

    private func enter() -> Turnstile? {
        if running < limit {
            running += 1
            return nil
        }
        let turnstile = Turnstile()
        waiting.append(turnstile)
        return turnstile
    }

    /// The turn passes on to whoever waits longest.
    private func leave() {
        if waiting.isEmpty {
            running -= 1
        } else {
            waiting.removeFirst().open()
        }
    }
}
