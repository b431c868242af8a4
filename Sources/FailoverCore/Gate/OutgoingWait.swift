/// Since when the pods of a record are waited for that may still act as active, as far as this process knows.
struct OutgoingWait: Sendable, Hashable {
    private struct Wait: Sendable, Hashable {
        let pod: OutgoingMember
        let since: MonotonicTime
        var demotedAt: MonotonicTime?
    }

    private var waits: [Member.ID: Wait] = [:]

    /// Of the pods of a record; nil if there are none.
    ///
    /// `known`: what was known of those of the record before; nil: nothing.
    init?(_ pods: [OutgoingMember], after known: OutgoingWait?, at now: MonotonicTime) {
        if pods.isEmpty { return nil }
        for pod in pods {
            let waited = min(now.nanoseconds, pod.waited.wholeNanoseconds)
            let new = Wait(pod: pod, since: MonotonicTime(nanoseconds: now.nanoseconds - waited))
            waits[pod.id] = known?.waits[pod.id].flatMap { $0.pod.epoch == pod.epoch ? $0 : nil } ?? new
        }
    }

    /// The members are these now: who of the pods has been demoted is noted.
    mutating func look(at view: MemberView, _ now: MonotonicTime) {
        for (id, wait) in waits where wait.demotedAt == nil {
            guard let member = view[id], member.role != .active, let epoch = member.epoch else { continue }
            if epoch >= wait.pod.epoch { waits[id]?.demotedAt = now }
        }
    }

    /// How long a pod is waited for by now.
    func waited(for pod: OutgoingMember, at now: MonotonicTime) -> Duration {
        waits[pod.id].map { now.since($0.since) } ?? pod.waited
    }

    /// When this process saw each pod demoted first; none of those that it did not.
    var demoted: [Member.ID: MonotonicTime] { waits.compactMapValues(\.demotedAt) }
}
