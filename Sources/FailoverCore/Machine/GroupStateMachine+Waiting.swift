/// What became of the ground of a write while it waited for the writes of other groups.
extension GroupStateMachine {
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
