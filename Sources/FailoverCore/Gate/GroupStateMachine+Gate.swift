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
        return told + outstanding.wake(at: policy.promotionGate.flatMap { passage.nextLook($0, at: now) })
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

/// The deletion of a pod that was asked for.
struct PendingDeletion: Sendable, Hashable {
    /// By which operation.
    let operation: OperationID
    /// When.
    let since: MonotonicTime
}

extension GroupKnowledge {
    /// How long a pod is taken for one that is being deleted although nothing shows that: longer than a request may be on its way.
    private static let longestDeletion = Duration.seconds(60)

    /// Deletions are asked for, and may be carried out from now on: nobody is promoted who is about to go.
    mutating func asked(_ effects: [Effect], at now: MonotonicTime) {
        for case .deletePod(let id, let pod) in effects {
            policy.doomed[pod.id] = PendingDeletion(operation: id, since: now)
        }
    }

    /// A deletion was denied, or not sent.
    mutating func spare(_ id: OperationID) {
        policy.doomed = policy.doomed.filter { $0.value.operation != id }
    }

    /// What was to become of deletions has become of them.
    mutating func forgetDeletions(at now: MonotonicTime) {
        if policy.doomed.isEmpty { return }
        policy.doomed = policy.doomed.filter { id, deletion in
            view[id]?.lifecycle == .running && now < deletion.since + Self.longestDeletion
        }
    }
}
