/// Probes that were asked for to be sure before the role leaves an unhealthy member.
struct Confirmation: Sendable, Hashable {
    /// When they were asked for.
    let since: MonotonicTime
    private var asked: Set<Member.ID> = []

    /// Probes that are asked for now.
    init(since: MonotonicTime) {
        self.since = since
    }

    /// Asks a member, once.
    ///
    /// - Returns: whether it was not asked before.
    mutating func ask(_ id: Member.ID) -> Bool { asked.insert(id).inserted }
}
