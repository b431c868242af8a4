import FailoverCore

/// How a group ends: it begins nothing new, and finishes what it has begun, if there is time.
extension GroupSupervisor {
    /// Whether nothing holds up the end.
    @inline(never)
    var mayEnd: Bool { isStopping && !machine.isSwitching }

    /// What operators asked for holds for the group's name: under another it is not known.
    func reportRequestsLeftBehind() {
        guard standing != .standby, let record = machine.record?.record, !record.fenced.isEmpty || record.pause != nil
        else { return }
        notify(.leavesBehind(fenced: record.fenced.sorted(), isPaused: record.pause != nil))
    }

    /// Begins nothing new from now on; a switch in hand may take `grace`.
    func beginShutdown(within grace: Duration, in group: inout DiscardingTaskGroup) {
        isStopping = true
        applyPolicy(in: &group)
        let deadline = surroundings.clock.now() + grace
        group.addTask { [self, clock = surroundings.clock] in
            if await clock.sleep(deadline) { post(.shutdownDeadline) }
        }
    }
}
