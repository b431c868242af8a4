/// How often labels that somebody else changes are set right: at most so many times in a minute, whatever the reason.
struct RepairLimit: Sendable, Hashable {
    /// Repairs in a window.
    static let count = 10
    private static let window: Duration = .seconds(60)

    /// When the last repairs began, oldest first; at most `count`.
    private var repairs: [MonotonicTime] = []

    /// When the next repair may begin; nil: now.
    func nextTurn(at now: MonotonicTime) -> MonotonicTime? {
        guard repairs.count >= Self.count, let oldest = repairs.first, now < oldest + Self.window else { return nil }
        return oldest + Self.window
    }

    /// Notes a repair.
    mutating func repaired(at now: MonotonicTime) {
        repairs = (repairs + [now]).suffix(Self.count)
    }
}
