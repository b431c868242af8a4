import FailoverCore
import StandbyConfiguration
import Transport

/// Probes that are commands: they run beside the loop, a few at a time.
extension ProbeEngine {
    /// Commands that run at the same time.
    private static let commandLimit = 32

    /// A command that waits for its turn.
    struct CommandRun: Sendable {
        var probe: ExecProbe
        var target: ProbeTarget
        /// Which probe of the engine it is.
        var serial: Int
    }

    /// Runs commands until the task is cancelled; other probes need no task.
    package nonisolated func run() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await batch in commands.batches {
                for command in batch {
                    if running >= Self.commandLimit, await group.next() != nil { running -= 1 }
                    running += 1
                    group.addTask {
                        let outcome = await command.probe.outcome(for: command.target)
                        await self.commandEnded(command.target.id, command.serial, outcome)
                    }
                }
            }
            group.cancelAll()
        }
        await removeAll()
    }

    func run(_ probe: ExecProbe, _ target: ProbeTarget, _ number: Int) {
        guard probe.place == .supervisor else {
            let detail = "exec in the pod is not available in this version"
            return ended(number, ProbeOutcome(verdict: .noResult, detail: detail))
        }
        commandCount += 1
        table.states[number].flight = .command(commandCount)
        commands.post(CommandRun(probe: probe, target: target, serial: commandCount), for: target.id)
    }

    private func commandEnded(_ id: Member.ID, _ serial: Int, _ outcome: ProbeOutcome) {
        guard let number = table.number(of: id), table.states[number].flight == .command(serial) else { return }
        noteTime()
        ended(number, outcome)
    }
}
