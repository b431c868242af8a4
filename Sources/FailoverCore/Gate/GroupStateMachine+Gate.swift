/// While a promotion waits for the proof that nobody acts as active any more.
extension GroupStateMachine {
    /// The API server took the deletion of a pod, or did not.
    package mutating func podDeleted(
        _ id: OperationID,
        _ outcome: PodDeletionOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if !outcome.mayBeCarriedOut { known.spare(id) }
        return answered(outstanding.withPassage { $0.deleted(id, outcome, &$1) })
    }

    /// Nobody is active meanwhile, so that whatever an operator asks for is taken now.
    mutating func waitForProof(_ passage: GatePassage, of progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        known.takeObserved(at: now)
        if let step = situation(at: now).request(beside: progress) { return take(step, at: now) }
        // Who left the members while it was active is to step down, too.
        let told = outstanding.demote(view.departed, and: [], at: progress.epoch)
        return told + outstanding.wake(at: passage.nextLook(policy.promotionGate, at: now))
    }
}

extension Outstanding {
    /// The wait for a proof, passed to `body` by reference; nothing if none is waited for.
    mutating func withPassage(_ body: (inout GatePassage, inout OperationIDs) -> [Effect]) -> [Effect] {
        guard case .switching(var progress) = phase else { return [] }
        let effects = progress.withLabels { labels in labels.withPassage { body(&$0, &ids) } } ?? []
        phase = .switching(progress)
        return effects
    }

    /// Deletions that failed are to be asked for again.
    ///
    /// - Returns: whether there are any.
    mutating func retryDeletions(where isDue: (OperationID) -> Bool) -> Bool {
        var isAny = false
        _ = withPassage { passage, _ in
            isAny = passage.retry(where: isDue)
            return []
        }
        return isAny
    }
}
