/// Groups that belong together.
extension GroupStateMachine {
    /// The active pods of other groups are elsewhere than before, or one of the set has moved.
    package mutating func companionsChanged(_ companions: Companions, at now: MonotonicTime) -> [Effect] {
        let epoch: Epoch? = if case .switching(let progress) = phase { progress.epoch } else { known.record?.epoch }
        return known.saw(companions, at: epoch) ? answered(proceed(at: now)) : []
    }

    /// Where the one active member is; nil: there is not exactly one.
    package var place: (node: String?, zone: String?)? {
        guard view.actives.count == 1 else { return nil }
        return (view.actives[0].node, view.zone(of: view.actives[0]))
    }

    /// Whether the other groups of the set are to follow a move that is complete.
    ///
    /// Not one that was itself made to follow, whatever became of it, nor one that only sets right what was so before.
    package func isFollowed(_ move: CompletedMove) -> Bool {
        guard move.target != nil else { return false }
        switch firstCause(of: move) {
        case .following, .noActive, .multipleActive, .labelLost, .targetRefused, .unfinishedSwitch, .other: return false
        case .activeGone, .activeTerminating, .activeWithoutAddress, .activeUnhealthy, .activeUnknown, .activeNotReady,
            .preempted, .nodeDraining, .switchover, .labelledByHand, .fenced:
            return true
        }
    }

    /// Why the role began to move, if that went to another target since or was taken over by another supervisor.
    private func firstCause(of move: CompletedMove) -> SwitchCause {
        var cause = move.cause
        for entry in (record?.record.history ?? []).reversed() where entry.epoch < move.epoch {
            let isContinued = cause == .targetRefused || cause == .unfinishedSwitch
            guard isContinued || move.from.isEmpty && entry.duration == nil else { return cause }
            cause = entry.cause
        }
        return cause
    }
}

extension GroupKnowledge {
    /// This is known of other groups now; whether that is new.
    mutating func saw(_ companions: Companions, at epoch: Epoch?) -> Bool {
        guard companions != view.companions?.companions ?? Companions() else { return false }
        var known = view.companions ?? CompanionView()
        known.saw(companions, at: epoch)
        view.companions = known
        return true
    }

    /// Whether a wish to follow waits.
    var isFollowing: Bool { view.companions?.following != nil }

    /// A wish to follow that can be carried out no more ends; it may wait for the cooldown, a window or the end of a pause.
    mutating func endVainFollowing(_ rules: DecisionRules) {
        let epoch = record?.epoch
        view.companions?.begin(at: epoch)
        if !rules.canFollow { view.companions?.end() }
    }
}
