import Coordination
import FailoverCore
import Transport

@testable import Supervision

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    private struct Sleeper: Sendable {
        var deadline: MonotonicTime
        var end: @Sendable () -> Void
    }

    private struct State: Sendable {
        var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var last = 0
    }

    private let state = Locked(State())
    /// Tells of each sleep that begins.
    private let log = EventLog()

    var now: MonotonicTime { state.withLock { $0.now } }

    /// The clock as the product takes it.
    var clock: SupervisionClock {
        SupervisionClock { [self] in
            now
        } sleep: { [self] deadline in
            await sleep(until: deadline)
        }
    }

    /// The same for timers of groups, which count as sleeps.
    var alarm: Alarm {
        Alarm { [self] deadline, act in
            if begin(until: deadline, act) == nil { act() }
        }
    }

    /// How far away the ends of the sleeps under way are, nearest first.
    var sleeps: [Duration] {
        state.withLock { state in state.sleepers.values.map { $0.deadline.since(state.now) }.sorted() }
    }

    private func sleep(until deadline: MonotonicTime) async -> Bool {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        guard let id = begin(until: deadline, { end.finish() }) else { return !Task.isCancelled }
        for await _ in ends {}
        state.withLock { $0.sleepers[id] = nil }
        return !Task.isCancelled
    }

    /// Notes a sleep; nil: its time has come already.
    private func begin(until deadline: MonotonicTime, _ end: @escaping @Sendable () -> Void) -> Int? {
        let id: Int? = state.withLock { state in
            if deadline <= state.now { return nil }
            state.last += 1
            state.sleepers[state.last] = Sleeper(deadline: deadline, end: end)
            return state.last
        }
        if id != nil { log.add("sleep of \(deadline.since(now))") }
        return id
    }

    /// Lets time pass, and wakes whoever slept until then.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now + duration
            let woken = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in woken.keys { state.sleepers[id] = nil }
            return woken.values
        }
        for sleeper in woken { sleeper.end() }
    }

    /// Waits until so many sleeps were begun whose words are these, since the start.
    func sleepBegins(_ words: String = "sleep of", count: Int = 1) async { await log.wait(for: words, count: count) }

    /// Waits until so many sleeps were begun; false if the task is cancelled before.
    func sleepBegan(_ count: Int) async -> Bool { await log.came("sleep of", count: count) }
}
