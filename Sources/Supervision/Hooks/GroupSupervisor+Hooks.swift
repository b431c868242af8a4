import FailoverCore
import StandbyConfiguration

/// How a group's leader runs the hooks of moves.
extension GroupSupervisor {
    /// Runs a hook beside the inputs; its end is an input.
    func runHook(_ call: HookCall, for id: OperationID) {
        guard let runner = surroundings.hooks, let hook = configuration.hooks.hook(call.kind) else {
            return post(.hookRan(id, .notSent))
        }
        let errand = HookErrand(
            group: configuration.name,
            namespace: namespace,
            hook: hook,
            call: call,
            now: surroundings.wallTime()
        )
        // Whoever is promoted after it ends an outage.
        let isRequired = call.kind == .demote && configuration.hooks.onDemote?.isRequired ?? false
        start { [self, gate = surroundings.gate, clock = surroundings.clock] in
            await gate.open(clock.now)
            let outcome = await runner.run(errand, isRequired ? .promotion : .upkeep) { await self.isWanted(id) }
            post(.hookRan(id, outcome))
        }
    }

    /// Whether a hook is still to be run, and by this supervisor.
    private func isWanted(_ id: OperationID) -> Bool {
        let mayWrite = surroundings.gate.timeout(at: surroundings.clock.now(), longest: .seconds(1)) != nil
        return mayWrite && turnCame(id)
    }
}
