import Coordination
import FailoverCore
import Foundation
import KubernetesClient

/// What the wall clock showed at a time of the monotonic clock: the same whenever it is asked, unless the wall clock was set
/// meanwhile, so that what has not changed also looks the same.
final class WallCalendar: Sendable {
    /// How the clocks stand to each other.
    struct Relation: Sendable, Hashable {
        /// What the wall clock showed when the monotonic clock was 0, in microseconds since 1970.
        fileprivate var origin: Int64

        /// What the wall clock showed at a time.
        func date(of time: MonotonicTime) -> MicroTime {
            MicroTime(microseconds: origin.addingReportingOverflow(Int64(time.nanoseconds / 1000)).partialValue)
        }
    }

    /// The wall clock was set if it shows a time that far from what was expected, in microseconds.
    private static let tolerance: Int64 = 250_000

    private let known = Locked<Relation?>(nil)

    /// How the clocks stand to each other, who show these times at one moment.
    func relation(at now: MonotonicTime, _ wallTime: Date) -> Relation {
        let shown = MicroTime(wallTime).microseconds
        let found = Relation(origin: shown.subtractingReportingOverflow(Int64(now.nanoseconds / 1000)).partialValue)
        return known.withLock { known in
            if let known, known.origin.distance(to: found.origin).magnitude <= Self.tolerance { return known }
            known = found
            return found
        }
    }
}
