/// The fencing number of a group: every switch has its own, ordered by the group's Lease.
package struct Epoch: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// `spec.leaseTransitions` on the Lease, the annotation `epoch.kube-standby.io/GROUP` on a pod; at least 0.
    package var number: Int

    package init(_ number: Int) {
        self.number = number
    }

    package var description: String { "\(number)" }

    /// The epoch after this one.
    package var next: Epoch { Epoch(number + 1) }

    package static func < (lhs: Epoch, rhs: Epoch) -> Bool { lhs.number < rhs.number }
}
