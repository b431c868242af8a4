/// How long the parts of one move took, from the recorded history.
package struct MoveTiming: Sendable, Hashable {
    /// From the fault to the intent on the group's Lease.
    package var detection: Duration
    /// From the intent to the EndpointSlice that holds the new pod alone.
    package var `switch`: Duration
    /// Without a ready endpoint, as the EndpointSlice shows it.
    package var gap: Duration

    /// Nil if the move to `pod` is not in the history.
    ///
    /// `fault`: when the application was broken.
    package init?(
        _ history: [StoreChange],
        namespace: String,
        group: String,
        service: String,
        to pod: String,
        since fault: ContinuousClock.Instant
    ) {
        let lease = ObjectKey(.leases, namespace: namespace, name: "kube-standby-\(group)")
        let intent = history.first {
            $0.key == lease && $0.time > fault && $0.object["spec"]["holderIdentity"] == .string(pod)
        }
        let audit = EndpointAudit(history, namespace: namespace, service: service)
        guard let intent, let switched = audit.became([pod], after: fault) else { return nil }
        detection = intent.time - fault
        self.switch = switched - intent.time
        gap = audit.gaps(since: fault).reduce(.zero, +)
    }
}
