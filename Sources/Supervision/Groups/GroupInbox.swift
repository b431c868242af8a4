import Coordination

/// What has come for a group and was not taken in yet, and whether a task of the group attends to it.
///
/// A group at rest has no task; whoever leaves something for it then is told to wake it.
struct GroupInbox: Sendable {
    /// What takes its time.
    typealias Work = @Sendable () async -> Void

    /// What becomes of a call.
    enum CallOutcome: Sendable {
        /// A task of the group attends to it, or was called for at once.
        case attended
        /// The group is to be woken, before those that have only something to take in.
        case wakes
        /// The group has ended: nobody will attend to it.
        case closed
    }

    /// Who will look.
    private enum Attention {
        /// Nobody: the group is at rest.
        case nobody
        /// A task that was called for, and that does not attend yet; `isAtOnce`: before others.
        case called(isAtOnce: Bool)
        /// A task that waits for signals.
        case task(AsyncStream<Void>.Continuation)
        /// Nobody any more: the group has ended.
        case closed
    }

    private struct State {
        var unread = CoalescedEvents<GroupInput.Key, GroupInput>()
        /// What is to be done beside the inputs, before any of them is taken in.
        var calls: [Work] = []
        /// Whoever begins to run a group calls for its first task.
        var attention = Attention.called(isAtOnce: false)

        mutating func takeCalls() -> [Work] {
            defer { calls = [] }
            return calls
        }
    }

    private let state = Locked(State())

    /// Leaves an input, merged with an unread one under the same key; whether the group is to be woken.
    func post(_ input: GroupInput) -> Bool {
        look { _ = $0.unread.add(input, for: input.key, merging: GroupInput.merge) }
    }

    /// Has the group's task look, though no input came; whether the group is to be woken.
    func signal() -> Bool { look { _ in } }

    private func look(after change: (inout State) -> Void) -> Bool {
        state.withLock { state in
            change(&state)
            switch state.attention {
            case .nobody:
                state.attention = .called(isAtOnce: false)
                return true
            case .task(let signals): signals.yield()
            case .called, .closed: break
            }
            return false
        }
    }

    /// Has the group's task do something that is not to wait.
    func call(_ work: @escaping Work) -> CallOutcome {
        state.withLock { state in
            if case .closed = state.attention { return .closed }
            state.calls.append(work)
            switch state.attention {
            case .nobody, .called(isAtOnce: false):
                state.attention = .called(isAtOnce: true)
                return .wakes
            case .task(let signals): signals.yield()
            case .called, .closed: break
            }
            return .attended
        }
    }

    // MARK: For the group's task

    /// Signals from now on, the first at once: one for whatever came since the last; nil: another task attends or did, and none is
    /// called for.
    func attend() -> AsyncStream<Void>? {
        state.withLock { state in
            guard case .called = state.attention else { return nil }
            let (signals, input) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            input.yield()
            state.attention = .task(input)
            return signals
        }
    }

    /// Whether an input is unread.
    var hasInputs: Bool { state.withLock { !$0.unread.isEmpty } }

    /// All unread inputs.
    func takeAll() -> [GroupInput] { state.withLock { $0.unread.takeAll() } }

    /// What is to be done beside them.
    func takeCalls() -> [Work] { state.withLock { $0.takeCalls() } }

    /// The task attends no longer; false if something is left for it, for which it has to stay.
    func rest() -> Bool {
        state.withLock { state in
            guard state.unread.isEmpty, state.calls.isEmpty else { return false }
            state.attention = .nobody
            return true
        }
    }

    /// The group has ended: nothing more is taken in.
    ///
    /// - Returns: what was still to be done.
    func close() -> [Work] {
        state.withLock { state in
            state.attention = .closed
            return state.takeCalls()
        }
    }
}
