import FailoverCore

/// The tasks of groups, each of which has one for as long as it has something to do, and at rest none.
///
/// A task takes kilobytes, and keeps the memory of every frame that it ever had: of thousands of groups that are woken at
/// one moment some are given one at a time.
struct GroupTasks: Sendable {
    /// Groups that take in inputs at once, of those that were woken and of the others: what one needs meanwhile, thousands
    /// would need together.
    private static let mostAtWork = 64

    /// Groups that were woken; each stands here once at most, unless it was woken at once meanwhile.
    private let woken: AsyncStream<GroupSupervisor>
    private let input: AsyncStream<GroupSupervisor>.Continuation
    /// Groups that were woken for a write whose turn has come: no more than there are turns.
    private let wokenAtOnce: AsyncStream<GroupSupervisor>
    private let urgentInput: AsyncStream<GroupSupervisor>.Continuation
    /// Where groups wait that were woken.
    ///
    /// They wait one after the other, and so not behind all that those may have to take in that have a task.
    private let firstTurns = RequestLimiter(limit: mostAtWork)
    /// Where groups that have a task wait until they may take in what has come since.
    private let turns = RequestLimiter(limit: mostAtWork)
    /// What is done for groups that may be at rest meanwhile.
    let errands = Errands()

    /// No group was woken.
    init() {
        (woken, input) = AsyncStream.makeStream()
        (wokenAtOnce, urgentInput) = AsyncStream.makeStream()
    }

    /// A group has something to do, and no task.
    func wake(_ group: GroupSupervisor) {
        input.yield(group)
    }

    /// The same, of a group that holds others up until it has done what it is woken for.
    func wakeAtOnce(_ group: GroupSupervisor) {
        urgentInput.yield(group)
    }

    /// No group will be woken any more.
    func finish() {
        input.finish()
        urgentInput.finish()
    }

    /// Gives each group that is woken a task, until `finish` was called and the last task has ended, or the task is cancelled.
    ///
    /// `ended`: called for each group that has ended.
    func run(_ ended: @escaping @Sendable (GroupSupervisor) async -> Void) async {
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await errands.run() }
            async let urgent: Void = attendAtOnce(ended)
            await attend(ended)
            await urgent
            tasks.cancelAll()
        }
    }

    private func attend(_ ended: @escaping @Sendable (GroupSupervisor) async -> Void) async {
        await withDiscardingTaskGroup { tasks in
            for await group in woken {
                await firstTurns.takeTurn(.failing)
                tasks.addTask { if await group.attend(holding: firstTurns, then: turns) { await ended(group) } }
            }
        }
    }

    private func attendAtOnce(_ ended: @escaping @Sendable (GroupSupervisor) async -> Void) async {
        await withDiscardingTaskGroup { tasks in
            for await group in wokenAtOnce {
                tasks.addTask { if await group.attend(holding: nil, then: turns) { await ended(group) } }
            }
        }
    }
}
