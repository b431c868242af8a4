/// The one timer at which a group is looked at again although nothing changes, so that timers cannot pile up.
struct WakeUp: Sendable, Hashable {
    private struct Timer: Sendable, Hashable {
        let id: OperationID
        let at: MonotonicTime
    }

    private var timer: Timer?

    /// The group is to be looked at no later than this; nil: no such time.
    mutating func at(_ deadline: MonotonicTime?, _ ids: inout OperationIDs) -> [Effect] {
        guard let deadline else { return [] }
        if let timer, timer.at <= deadline { return [] }
        let id = ids.next()
        timer = Timer(id: id, at: deadline)
        return [.startTimer(id, at: deadline)]
    }

    /// A timer ran out.
    ///
    /// - Returns: whether it is this one.
    mutating func fired(_ id: OperationID) -> Bool {
        guard timer?.id == id else { return false }
        timer = nil
        return true
    }
}
