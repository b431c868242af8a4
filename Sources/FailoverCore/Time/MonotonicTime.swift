/// A point on the process's monotonic clock.
///
/// The core never reads a clock: every event brings its time. The zero point is arbitrary but fixed for a process.
package struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the arbitrary zero point.
    package var nanoseconds: UInt64

    /// `nanoseconds`: as the monotonic clock shows them, never the wall clock.
    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (lhs: MonotonicTime, rhs: MonotonicTime) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }

    /// The time `duration` later, at most the last that there is; a negative duration counts as zero.
    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (sum, isOver) = time.nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicTime(nanoseconds: isOver ? .max : sum)
    }

    /// The time that passed from `earlier` to `self`; zero when `earlier` is in fact later.
    package func since(_ earlier: MonotonicTime) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }
}

extension Duration {
    /// The duration in nanoseconds, at least 0 and at most a hundred years.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        if seconds >= Self.longestSeconds { return UInt64(Self.longestSeconds) * 1_000_000_000 }
        return seconds < 0 ? 0 : UInt64(max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    /// A hundred years.
    private static let longestSeconds: Int64 = 100 * 366 * 86_400
}
