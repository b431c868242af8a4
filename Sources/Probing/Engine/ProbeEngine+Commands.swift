import FailoverCore
import StandbyConfiguration

/// Probes that are commands: they run beside the loop, a few at a time.
extension ProbeEngine {
    /// Runs commands until the task is cancelled; other probes need no task.
    package nonisolated func run() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in [localCommands, podCommands] {
                group.addTask { [self] in
                    await lane(client: client) { [self] run, outcome in
                        await commandEnded(run.target.key, run.serial, outcome)
                    }
                }
            }
        }
        await removeAll()
    }

    func run(_ probe: ExecProbe, _ target: ProbeTarget, _ number: Int) {
        commandCount += 1
        table.states[number].flight = .command(commandCount)
        let lane = probe.place == .supervisor ? localCommands : podCommands
        lane.add(CommandLane.Run(probe: probe, target: target, serial: commandCount))
    }

    private func commandEnded(_ key: ProbeTarget.Key, _ serial: Int, _ outcome: ProbeOutcome) {
        guard let number = table.number(of: key), table.states[number].flight == .command(serial) else { return }
        noteTime()
        ended(number, outcome)
    }
}
