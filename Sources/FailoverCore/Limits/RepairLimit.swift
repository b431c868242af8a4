/// How often labels that somebody else changes are set right: at most so many times in a minute, whatever the reason.
struct RepairLimit: Sendable, Hashable {
    /// Repairs in a window.
    static let count = 10
    /// So long a repair waits at most.
    static let window: Duration = .seconds(60)

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

/// A budget for each kind: repairs of passive labels never use up what ends an outage or a double active.
struct RepairBudget: Sendable, Hashable {
    /// What is set right.
    enum Kind: Sendable, Hashable, CaseIterable {
        /// The active role that its member lost.
        case lostRole
        /// The active role on members that are not to have it; several at once count as one.
        case surplusRole
        /// The passive role that a member lost, and labels that are to be written anew.
        case passiveRole
    }

    private var limits: [Kind: RepairLimit] = [:]

    /// When the next repair may begin; nil: now.
    func nextTurn(_ kind: Kind, at now: MonotonicTime) -> MonotonicTime? {
        limits[kind]?.nextTurn(at: now)
    }

    /// Notes a repair.
    mutating func repaired(_ kind: Kind, at now: MonotonicTime) {
        limits[kind, default: RepairLimit()].repaired(at: now)
    }
}
