/// What is asked of the machine from outside.
extension GroupStateMachine {
    /// What the members are, and what probes say of them.
    package var view: MemberView { known.view }

    /// The configuration, with the fences of the record.
    package var policy: GroupPolicy { known.policy }

    /// The newest record known; nil before it was read, or if there is none.
    package var record: StoredRecord? { known.records.stored }

    /// What standbys are asked; nil: nothing.
    package var question: OpinionQuestion? { known.inquiry.question }

    /// Whether the supervisor doubts its own probes now.
    package func isInSelfDoubt(at now: MonotonicTime) -> Bool { known.suspension.map { now < $0.until } ?? false }

    /// Whether the calendar is to be read, and the policy to be changed by what it says: nobody has read it for what waits for it, or
    /// not for a minute.
    package func awaitsCalendar(at now: MonotonicTime) -> Bool {
        if let window = policy.window, window.until <= now { return true }
        guard let named = record?.record.request?.due else { return false }
        return policy.due.map { $0.named != named || $0.until <= now } ?? true
    }

    /// Whether nothing is moved but what an operator asks for.
    package func isPaused(at now: MonotonicTime) -> Bool { known.isPaused(at: now) }

    /// What it wrote itself.
    var run: OwnRun { known.run }

    /// The members whose label says active, by name.
    package var actives: [Member] { view.actives }

    /// Whether a switch is on its way, so that stopping now would leave it unfinished.
    package var isSwitching: Bool {
        if case .switching = phase { true } else { false }
    }

    /// Whether something may wait that must not wait for long: a switch is under way, or the group is to decide and it is not so that
    /// one member is active, runs, is Ready and healthy.
    var isUrgent: Bool { isSwitching || !policy.isObserving && !view.isWell }

    /// Whether the record on the API server does not tell yet of a move that is made, so that stopping now would leave that to whoever
    /// comes next.
    package var isRecordBehind: Bool { known.records.isBehind }

    /// Whether what an operation announces would be decided again now.
    ///
    /// A pod may have recovered or gone meanwhile. Who is told that it was not sent decides anew.
    func isStillDecided(_ progress: RoleSwitch, at now: MonotonicTime) -> Bool {
        guard progress.request == nil, progress.move.cause != .targetRefused else { return true }
        // In a pause only what was announced is finished.
        if known.isPaused(at: now), progress.move.cause != .unfinishedSwitch { return false }
        // Who has come since was not asked for a score, and is not waited for.
        guard case .move(let move) = situation(at: now).decision(awaitingScores: false) else { return false }
        return move.target?.id == progress.move.target?.id && move.cause == progress.move.cause
    }

    /// The same for a move that no record announces: what may still land is not taken back, unless its target is no good any more.
    func isStillRight(_ progress: RoleSwitch, at now: MonotonicTime) -> Bool {
        progress.mayStillLand && !known.isPaused(at: now)
            ? situation(at: now).stepForItsTarget(of: progress) == nil : isStillDecided(progress, at: now)
    }
}

/// What is asked of what is known.
extension GroupKnowledge {
    /// What the record says; nil: there is none, or it was not read yet.
    var record: GroupRecord? { records.record }

    /// Whether nothing is moved but what an operator asks for.
    func isPaused(at now: MonotonicTime) -> Bool { policy.isPaused || records.isPaused(at: now) }

    /// Whether all is known that decisions are made from.
    var isComplete: Bool { view.listedVersion != nil && (!policy.ownsEndpoints || view.endpoints != nil) }
}
