import Coordination

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock, Sendable {
    /// A time by this clock.
    package struct Instant: InstantProtocol {
        /// Since the clock was made.
        package var elapsed: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }

        package func duration(to other: Instant) -> Duration { other.elapsed - elapsed }

        package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.elapsed < rhs.elapsed }
    }

    private struct State: Sendable {
        var now = Instant(elapsed: .zero)
        var sleepers: [(due: Instant, latch: Latch)] = []
        /// Who waits for so many to sleep.
        var watchers: [(count: Int, latch: Latch)] = []
    }

    private let state = Locked(State())

    /// A clock at zero.
    package init() {}

    package var now: Instant { state.withLock { $0.now } }

    package var minimumResolution: Duration { .zero }

    /// How many tasks sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Sleeps until the clock is moved to `deadline`, or the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let latch = Latch()
        state.withLock { state in
            if deadline <= state.now { return latch.open() }
            state.sleepers.append((deadline, latch))
            for watcher in state.watchers where watcher.count <= state.sleepers.count { watcher.latch.open() }
        }
        await latch.wait()
        state.withLock { state in state.sleepers.removeAll { $0.latch === latch } }
        try Task.checkCancellation()
    }

    /// Moves the clock, and wakes whose time has come.
    package func advance(by duration: Duration) {
        state.withLock { state in
            state.now = state.now.advanced(by: duration)
            for sleeper in state.sleepers where sleeper.due <= state.now { sleeper.latch.open() }
            state.sleepers.removeAll { $0.due <= state.now }
        }
    }

    /// Waits until at least `count` tasks sleep; at once if the task is cancelled.
    package func waitForSleepers(_ count: Int) async {
        let latch = Latch()
        state.withLock { state in
            if state.sleepers.count >= count { return latch.open() }
            state.watchers.append((count, latch))
        }
        await latch.wait()
        state.withLock { state in state.watchers.removeAll { $0.latch === latch } }
    }
}
