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
        var probe: ExecProbe
        var target: ProbeTarget
        /// Which probe of the engine it is.
        var serial: Int
    }

    /// How many run at once.
    let limit: Int
    private let waiting = CoalescingMailbox<ProbeTarget.Key, Run>()

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
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await batch in waiting.batches {
                for run in batch {
                    if running >= limit, await group.next() != nil { running -= 1 }
                    running += 1
                    group.addTask { await ended(run, await run.probe.outcome(for: run.target, client: client)) }
                }
            }
            group.cancelAll()
        }
    }
}
