/// The fencing number of a group: every switch has its own, ordered by the group's Lease.
///
/// A Lease keeps it in an int32, and whoever may annotate a pod may write any text where it stands: numbers outside of
/// `bounds` are nobody's epoch.
package struct Epoch: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What an epoch may be.
    ///
    /// The last one is never passed: a group that comes to it moves nothing any more and says so, for nothing would order two
    /// switches that share an epoch.
    package static let bounds = 0...(1 << 30)
    /// The last epoch.
    package static let last = Epoch(bounds.upperBound)
    /// How far a pod's epoch may be above every record's before nobody can have come there by switches.
    private static let reach = 1_000_000

    /// `spec.leaseTransitions` on the Lease, the annotation `epoch.kube-standby.io/GROUP` on a pod; within `bounds`.
    package let number: Int

    /// The epoch of that number, or the nearest within `bounds`.
    package init(_ number: Int) {
        self.number = min(max(number, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    /// The epoch that somebody else wrote; nil if the number is outside of `bounds`.
    package init?(read number: Int) {
        guard Self.bounds.contains(number) else { return nil }
        self.number = number
    }

    /// The epoch in an annotation; nil for anything but decimal digits within `bounds`.
    package init?(annotation text: String) {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text)
        else { return nil }
        self.init(read: number)
    }

    package var description: String { "\(number)" }

    /// The epoch after this one; the last has none after it.
    package var next: Epoch { advanced(by: 1) }

    /// The epoch so many switches later, at most the last.
    package func advanced(by switches: Int) -> Epoch {
        let (sum, isOver) = number.addingReportingOverflow(switches)
        return isOver ? .last : Epoch(sum)
    }

    /// The highest epoch that a pod can have come to by switches while this is the highest of any record.
    package var highestBelievable: Epoch { advanced(by: Self.reach) }

    package static func < (lhs: Epoch, rhs: Epoch) -> Bool { lhs.number < rhs.number }
}
