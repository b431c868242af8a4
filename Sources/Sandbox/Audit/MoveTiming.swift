/// How long the parts of one move took, from the recorded history.
package struct MoveTiming: Sendable, Hashable {
    /// From the fault to the first write of the move: the intent on the group's Lease or, where a slice announces it, that slice.
    package var detection: Duration
    /// From that to the EndpointSlice that holds the new pod alone; zero if it is the first write.
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
        guard let switched = audit.became([pod], after: fault) else { return nil }
        let begun = min(intent?.time ?? switched, switched)
        detection = begun - fault
        self.switch = switched - begun
        gap = audit.gaps(since: fault).reduce(.zero, +)
    }
}
