/// A point on the process's monotonic clock.
///
/// The core never reads a clock: every event brings its time. The zero point is arbitrary but fixed for a process.
package struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the arbitrary zero point.
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (lhs: MonotonicTime, rhs: MonotonicTime) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }

    /// The time `duration` later; a negative duration counts as zero.
    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: time.nanoseconds &+ duration.wholeNanoseconds)
    }

    /// The time that passed from `earlier` to `self`; zero when `earlier` is in fact later.
    package func since(_ earlier: MonotonicTime) -> Duration {
        .nanoseconds(Int64(nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }
}

extension Duration {
    /// The duration in nanoseconds, at least 0; durations of configuration are at most a day, far from overflow.
    package var wholeNanoseconds: UInt64 {
        let parts = components
        return UInt64(max(0, parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000))
    }
}
