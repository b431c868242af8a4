/// Whether and when the role returns to a member of higher priority.
package struct Preemption: Sendable, Hashable {
    /// Unbroken health that the member needs.
    package var delay: Duration
    /// No voluntary move this soon after a move.
    package var cooldown: Duration

    package init(delay: Duration = .seconds(300), cooldown: Duration = .seconds(30)) {
        self.delay = delay
        self.cooldown = cooldown
    }

    /// When a member may preempt, from when its health is unbroken and when the group moved last.
    func due(healthySince: MonotonicTime, lastMove: MonotonicTime?) -> MonotonicTime {
        max(healthySince + delay, lastMove.map { $0 + cooldown } ?? healthySince)
    }
}
