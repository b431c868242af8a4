import Coordination

/// What has come for a group and was not taken in yet, and whether a task of the group attends to it.
///
/// A group at rest has no task; whoever leaves something for it then is told to wake it.
struct GroupInbox: Sendable {
    /// Who will look.
    private enum Attention {
        /// Nobody: the group is at rest.
        case nobody
        /// A task that was called for, and that does not attend yet.
        case called
        /// A task that waits for signals.
        case task(AsyncStream<Void>.Continuation)
    }

    private struct State {
        var unread = CoalescedEvents<GroupInput.Key, GroupInput>()
        /// Whoever begins to run a group calls for its first task.
        var attention = Attention.called
    }

    private let state = Locked(State())

    /// Leaves an input, merged with an unread one under the same key; whether the group is to be woken.
    func post(_ input: GroupInput) -> Bool {
        call { _ = $0.add(input, for: input.key, merging: GroupInput.merge) }
    }

    /// Has the group's task look, though no input came; whether the group is to be woken.
    func signal() -> Bool { call { _ in } }

    private func call(_ change: (inout CoalescedEvents<GroupInput.Key, GroupInput>) -> Void) -> Bool {
        let attention = state.withLock { state in
            change(&state.unread)
            defer { if case .nobody = state.attention { state.attention = .called } }
            return state.attention
        }
        switch attention {
        case .nobody: return true
        case .called: return false
        case .task(let signals):
            signals.yield()
            return false
        }
    }

    // MARK: For the group's task

    /// Signals from now on, the first at once: one for whatever came since the last.
    func attend() -> AsyncStream<Void> {
        let (signals, input) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        input.yield()
        state.withLock { $0.attention = .task(input) }
        return signals
    }

    /// Whether an input is unread.
    var hasInputs: Bool { state.withLock { !$0.unread.isEmpty } }

    /// All unread inputs.
    func takeAll() -> [GroupInput] { state.withLock { $0.unread.takeAll() } }

    /// The task attends no longer; false if an input is unread, for which it has to stay.
    func rest() -> Bool {
        state.withLock { state in
            guard state.unread.isEmpty else { return false }
            state.attention = .nobody
            return true
        }
    }
}
