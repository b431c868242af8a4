/// What one receiver is still to be told: bounded, the oldest are dropped; many of one reason are told as one.
struct NotificationQueue: Sendable {
    /// Those that wait at most.
    static let limit = 100

    private var waiting: [GroupNotification] = []

    /// Adds one.
    ///
    /// - Returns: whether the oldest was dropped for it.
    mutating func add(_ notification: GroupNotification) -> Bool {
        waiting.append(notification)
        guard waiting.count > Self.limit else { return false }
        waiting.removeFirst()
        return true
    }

    /// Takes the oldest, with all others of its reason; nil: there is none.
    mutating func next() -> GroupNotification? {
        guard let reason = waiting.first?.reason else { return nil }
        let same = waiting.filter { $0.reason == reason }
        waiting.removeAll { $0.reason == reason }
        return GroupNotification.merged(same)
    }
}
