import FailoverCore
import Transport

/// Calls somebody at a time; thousands may wait for theirs, and none of them needs a task.
struct Alarm: Sendable {
    /// Calls `act`, which must be quick, at a time or soon after; at once if it has passed.
    let set: @Sendable (_ deadline: MonotonicTime, _ act: @escaping @Sendable () -> Void) -> Void

    /// An alarm of a test's own.
    init(set: @escaping @Sendable (_ deadline: MonotonicTime, _ act: @escaping @Sendable () -> Void) -> Void) {
        self.set = set
    }

    /// Calls on the loop's thread, by the loop's clock.
    init(on loop: EventLoop) {
        set = { deadline, act in
            loop.execute { _ = loop.schedule(at: deadline.nanoseconds, act) }
        }
    }
}
