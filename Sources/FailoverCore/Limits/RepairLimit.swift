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

/// Two budgets: repairs of passive labels never use up what ends an outage or a double active.
struct RepairBudget: Sendable, Hashable {
    /// What is set right.
    enum Kind: Sendable, Hashable, CaseIterable {
        /// The active role, lost or given twice.
        case activeRole
        /// The passive role, lost, or a label that is to be written anew.
        case passiveRole
    }

    private var active = RepairLimit()
    private var passive = RepairLimit()

    /// When the next repair may begin; nil: now.
    func nextTurn(_ kind: Kind, at now: MonotonicTime) -> MonotonicTime? {
        switch kind {
        case .activeRole: active.nextTurn(at: now)
        case .passiveRole: passive.nextTurn(at: now)
        }
    }

    /// Notes a repair.
    mutating func repaired(_ kind: Kind, at now: MonotonicTime) {
        switch kind {
        case .activeRole: active.repaired(at: now)
        case .passiveRole: passive.repaired(at: now)
        }
    }
}
