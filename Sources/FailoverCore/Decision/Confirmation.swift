/// Probes that were asked for to be sure before the role leaves an unhealthy member.
struct Confirmation: Sendable, Hashable {
    /// One of them.
    struct Probe: Sendable, Hashable {
        let id: OperationID
        var isAnswered = false
    }

    /// When they were asked for.
    let since: MonotonicTime
    /// Each member is asked once.
    var probes: [Member.ID: Probe] = [:]
}
