import Coordination

/// Work from other threads for the loop's thread.
final class LoopQueue: Sendable {
    /// One piece of work.
    enum Work: Sendable {
        case closure(@Sendable () -> Void)
        case job(UnownedJob)
    }

    private struct State: Sendable {
        var work: [Work] = []
        var isClosed = false
    }

    private let state = Locked(State())

    /// Adds work.
    ///
    /// - Returns: `.wake` if the loop must be woken, `.queued` if it is awake to it already, `.closed` if it will never run.
    func add(_ work: Work) -> Addition {
        state.withLock { state in
            if state.isClosed { return .closed }
            state.work.append(work)
            return state.work.count == 1 ? .wake : .queued
        }
    }

    enum Addition {
        case wake
        case queued
        case closed
    }

    /// Takes all work.
    func takeAll() -> [Work] {
        state.withLock { state in
            defer { state.work = [] }
            return state.work
        }
    }

    /// Refuses work from now on and takes what is left.
    func close() -> [Work] {
        state.withLock { state in
            state.isClosed = true
            defer { state.work = [] }
            return state.work
        }
    }
}
