/// Probes that were asked for to be sure before the role leaves an unhealthy member.
struct Confirmation: Sendable, Hashable {
    /// When they were asked for.
    let since: MonotonicTime
    /// Each member is asked once.
    var asked: Set<Member.ID> = []
}
