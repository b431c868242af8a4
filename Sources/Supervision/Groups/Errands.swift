import Coordination

/// What is done for groups beside their tasks, so many at once; the others wait as what they are, without a task.
struct Errands: Sendable {
    /// Something to do; how it ended it tells whom it concerns.
    typealias Errand = @Sendable () async -> Void

    /// As many as reads that may be under way at once.
    private static let mostAtOnce = 256

    private let errands: AsyncStream<Errand>
    private let input: AsyncStream<Errand>.Continuation

    /// There is nothing to do.
    init() {
        (errands, input) = AsyncStream.makeStream()
    }

    /// Does it when it is its turn, in the order of asking.
    func add(_ errand: @escaping Errand) {
        input.yield(errand)
    }

    /// Does what is added, until the task is cancelled, and with it what is being done.
    func run() async {
        var turns = Turns(Self.mostAtOnce)
        let giveBack = turns.giveBack
        await withDiscardingTaskGroup { group in
            for await errand in errands {
                await turns.take()
                let isBegun = group.addTaskUnlessCancelled {
                    await errand()
                    giveBack()
                }
                guard isBegun else { break }
            }
            group.cancelAll()
        }
    }
}
