import Coordination
import Testing
import Transport

/// What happened, in words and in order; tests wait for it instead of for time.
final class EventLog: Sendable {
    private struct State: Sendable {
        var lines: [String] = []
        var waiters: [(holds: @Sendable (State) -> Bool, end: AsyncStream<Void>.Continuation)] = []

        func count(_ text: String) -> Int { lines.count { $0.contains(text) } }
    }

    /// How long a line is waited for that a test rests on: 43 s were measured with two cores and all tests at once.
    private static let patience: Duration = .seconds(120)

    private let state = Locked(State())

    /// All lines so far.
    var lines: [String] { state.withLock { $0.lines } }

    /// The lines that contain a text.
    func lines(with text: String) -> [String] { lines.filter { $0.contains(text) } }

    func add(_ line: String) {
        state.withLock { $0.lines.append(line) }
        look()
    }

    /// Looks again at what is waited for: something else has changed.
    func look() {
        state.withLock { state in
            for waiter in state.waiters where waiter.holds(state) { waiter.end.finish() }
        }
    }

    /// Waits until so many lines contain a text; those that are there already count, too.
    ///
    /// What does not come fails the test, which then goes on to its end.
    func wait(for text: String, count: Int = 1) async {
        if await came(text, count: count) { return }
        Issue.record("\"\(text)\" did not come; there is: \(lines)")
    }

    /// Waits for the same; false if the task is cancelled before, or far too much time passes.
    func came(_ text: String, count: Int) async -> Bool {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.until { $0.count(text) >= count } }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
        return state.withLock { $0.count(text) >= count }
    }

    private func until(_ holds: @escaping @Sendable (State) -> Bool) async {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        state.withLock { state in
            if holds(state) { end.finish() } else { state.waiters.append((holds, end)) }
        }
        for await _ in ends {}
    }

    /// Waits until something is so, which is looked at again whenever a line comes or `look` says so.
    ///
    /// `holds`: asks neither this log nor who calls it.
    func wait(_ holds: @escaping @Sendable () -> Bool) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.until { _ in holds() } }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
        if !holds() { Issue.record("it did not come to be so; there is: \(lines)") }
    }
}
