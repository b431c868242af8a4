/// How many moves within which time mean that moving does not help, and how long it is then left.
package struct FlapLimit: Sendable, Hashable {
    /// More moves than this in the window: hold; 0 turns it off.
    package var maxMoves: Int
    /// Moves that are older than this do not count.
    package var window: Duration
    /// How long nothing moves, from the last move on.
    package var hold: Duration

    /// Without arguments there is no limit.
    package init(maxMoves: Int = 0, window: Duration = .seconds(600), hold: Duration = .seconds(600)) {
        self.maxMoves = maxMoves
        self.window = window
        self.hold = hold
    }

    /// Until when one more move has to wait, given the times of those that count; nil: it need not.
    func holdEnd(after moves: [MonotonicTime], at now: MonotonicTime) -> MonotonicTime? {
        guard maxMoves > 0, let last = moves.max() else { return nil }
        let recent = moves.filter { now < $0 + window }
        guard recent.count >= maxMoves, now < last + hold else { return nil }
        return last + hold
    }
}

/// Whether and when the role returns to a member of higher priority.
package struct Preemption: Sendable, Hashable {
    /// Unbroken health that the member needs.
    package var delay: Duration
    /// No voluntary move this soon after a move.
    package var cooldown: Duration

    /// The defaults are those of `preemptDelaySeconds` and `cooldownSeconds`.
    package init(delay: Duration = .seconds(300), cooldown: Duration = .seconds(30)) {
        self.delay = delay
        self.cooldown = cooldown
    }

    /// When a member may preempt, from when its health is unbroken and when the group moved last.
    func due(healthySince: MonotonicTime, lastMove: MonotonicTime?) -> MonotonicTime {
        max(healthySince + delay, lastMove.map { $0 + cooldown } ?? healthySince)
    }
}
