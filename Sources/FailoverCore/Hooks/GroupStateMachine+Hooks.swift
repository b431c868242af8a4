/// The hooks that are owed for changes of roles.
extension GroupStateMachine {
    /// A hook was run, or was not.
    package mutating func hookRan(_ id: OperationID, _ outcome: HookOutcome, at now: MonotonicTime) -> [Effect] {
        guard known.records.hooks?.isRunning(id) ?? false else { return [] }
        var ids = outstanding.ids
        let machine = self
        let effects = known.withHooks { $0.ran(id, outcome, holds: machine.holds, at: now, &ids) } ?? []
        outstanding.ids = ids
        return answered(effects + membersChanged(at: now))
    }

    /// Begins what is due by what is known now.
    mutating func runHooks() -> [Effect] {
        guard known.records.hooks != nil, mayRunHooks else { return [] }
        let machine = self
        var ids = outstanding.ids
        defer { outstanding.ids = ids }
        return known.withHooks { $0.run(machine.fate, holds: machine.holds, &ids) } ?? []
    }

    /// Whether the call that an operation runs is still wanted.
    func isHookWanted(_ id: OperationID) -> Bool {
        guard let call = known.records.hooks?.call(runBy: id), mayRunHooks else { return false }
        return fate(of: call) == .due
    }

    /// A wait before a hook is tried again is over.
    ///
    /// - Returns: whether a timer is that.
    mutating func resumeHook(after id: OperationID) -> Bool { known.withHooks { $0.resume(after: id) } ?? false }

    /// Who was found active while it was to be sealed is demoted by the same move.
    mutating func oweHooks(of progress: RoleSwitch) {
        guard policy.hooks.kinds.contains(.demote) else { return }
        guard let entry = known.record?.history.last, entry.epoch == progress.epoch else { return }
        for member in progress.steppedBack {
            known.owe(HookCall(.demote, of: member.name, member.id, in: entry))
        }
    }

    /// Only who may write runs hooks, and only of what the record on the API server says.
    private var mayRunHooks: Bool {
        guard policy.mayRecord, known.isComplete, !known.records.isBehind else { return false }
        switch phase {
        case .initial, .readingRecord, .backingOff: return false
        case .settled, .recording, .switching: return true
        }
    }

    /// What is to become of a call.
    private func fate(of call: HookCall) -> HookFate {
        // It is about to be promoted: what is begun now would run when it is active.
        if case .switching(let progress) = phase, call.kind == .demote, progress.move.target?.id == call.id,
            call.epoch < progress.epoch
        {
            return .waits
        }
        // It does not depend on the time.
        return situation(at: MonotonicTime(nanoseconds: 0)).fate(of: call, isGating: isGating)
    }

    private var isGating: Bool { if case .switching(let progress) = phase { progress.gate != nil } else { false } }

    /// Whether a promotion waits for a call although it has failed.
    private func holds(_ call: HookCall) -> Bool {
        guard call.kind == .demote, policy.hooks.requiredOnDemote?.onTimeout == .hold else { return false }
        if case .switching(let progress) = phase, !progress.isPromoting {
            if progress.gate?.awaits(call.id) ?? false { return true }
            if progress.steppedBack.contains(where: { $0.id == call.id }) { return true }
        }
        if known.records.outgoingOfLost?.contains(where: { $0.id == call.id }) ?? false { return true }
        let isLeft = known.record?.outgoing.contains { $0.id == call.id } ?? false
        return isLeft && !known.records.isMade
    }
}
