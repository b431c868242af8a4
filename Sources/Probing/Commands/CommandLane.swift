import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// Commands that wait for their turn, and those that run: never more than a few at a time, and of each target one waits.
///
/// One whose answer nobody wants any more, after a restart of its container, runs on to its own deadline.
struct CommandLane: Sendable {
    /// A command to be run.
    struct Run: Sendable {
        /// What is run.
        var probe: ExecProbe
        /// For whom.
        var target: ProbeTarget
        /// Which probe of the engine it is.
        var serial: Int
    }

    /// How many run at once.
    let limit: Int
    private let waiting = CoalescingMailbox<ProbeTarget.Key, Run>()

    /// A lane on which nothing runs yet; `limit`: how many run at once.
    init(limit: Int) {
        self.limit = limit
    }

    /// Leaves a command for its turn, in place of an older one of the same target that has not begun.
    func add(_ run: Run) {
        waiting.post(run, for: run.target.key)
    }

    /// Runs commands until the task is cancelled.
    func callAsFunction(
        client: APIClient?,
        _ ended: @escaping @Sendable (Run, ProbeOutcome) async -> Void
    ) async {
        var turns = Turns(limit)
        let giveBack = turns.giveBack
        await withDiscardingTaskGroup { group in
            for await batch in waiting.batches {
                for run in batch {
                    await turns.take()
                    let isBegun = group.addTaskUnlessCancelled {
                        await ended(run, await run.probe.outcome(for: run.target, client: client))
                        giveBack()
                    }
                    guard isBegun else { break }
                }
            }
            group.cancelAll()
        }
    }
}
