/// What is asked of the machine from outside, and changes nothing.
extension GroupStateMachine {
    /// The members whose label says active, by name.
    package var actives: [Member] { view.actives }

    /// Whether a switch is on its way, so that stopping now would leave it unfinished.
    package var isSwitching: Bool {
        if case .switching = phase { true } else { false }
    }

    /// Whether what an operation announces would be decided again now; true of whatever announces nothing by the group's own decision.
    ///
    /// A pod may have recovered or gone meanwhile. Who is told that it was not sent decides anew.
    package func isWanted(_ id: OperationID, at now: MonotonicTime) -> Bool {
        guard case .switching(let progress) = phase, progress.step == .intending(id), progress.request == nil,
            progress.move.cause != .targetRefused
        else { return true }
        guard case .move(let move) = situation(at: now).decision else { return false }
        return move.target?.id == progress.move.target?.id && move.cause == progress.move.cause
    }
}
