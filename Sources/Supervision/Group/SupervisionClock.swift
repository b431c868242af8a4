package import FailoverCore
import Transport

/// The monotonic clock of the supervisor; tests bring their own.
package struct SupervisionClock: Sendable {
    /// The time now.
    package var now: @Sendable () -> MonotonicTime
    /// Waits until a time; answers false if the task was cancelled before.
    package var sleep: @Sendable (MonotonicTime) async -> Bool

    /// A clock of a test's own.
    package init(
        now: @escaping @Sendable () -> MonotonicTime,
        sleep: @escaping @Sendable (MonotonicTime) async -> Bool
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The process's own clock.
    package static let system = SupervisionClock {
        MonotonicTime(nanoseconds: EventLoop.now)
    } sleep: { deadline in
        let rest = deadline.since(MonotonicTime(nanoseconds: EventLoop.now))
        return (try? await Task.sleep(for: rest)) != nil
    }
}
