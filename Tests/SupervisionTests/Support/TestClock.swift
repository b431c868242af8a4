import Coordination
import FailoverCore
import Supervision
import Transport

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    private struct Sleeper: Sendable {
        var deadline: MonotonicTime
        var end: AsyncStream<Void>.Continuation
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

    /// How far away the ends of the sleeps under way are, nearest first.
    var sleeps: [Duration] {
        state.withLock { state in state.sleepers.values.map { $0.deadline.since(state.now) }.sorted() }
    }

    private func sleep(until deadline: MonotonicTime) async -> Bool {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let id: Int? = state.withLock { state in
            if deadline <= state.now { return nil }
            state.last += 1
            state.sleepers[state.last] = Sleeper(deadline: deadline, end: end)
            return state.last
        }
        guard let id else { return !Task.isCancelled }
        log.add("sleep of \(deadline.since(now))")
        for await _ in ends {}
        state.withLock { $0.sleepers[id] = nil }
        return !Task.isCancelled
    }

    /// Lets time pass, and wakes whoever slept until then.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now + duration
            return state.sleepers.values.filter { $0.deadline <= state.now }
        }
        for sleeper in woken { sleeper.end.finish() }
    }

    /// Waits until so many sleeps were begun whose words are these, since the start.
    func sleepBegins(_ words: String = "sleep of", count: Int = 1) async { await log.wait(for: words, count: count) }

    /// Waits until so many sleeps were begun; false if the task is cancelled before.
    func sleepBegan(_ count: Int) async -> Bool { await log.came("sleep of", count: count) }
}
