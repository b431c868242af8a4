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
        return told + outstanding.wake(at: passage.nextLook(policy.promotionGate, view, at: now))
    }
}

extension Outstanding {
    /// The wait for a proof, passed to `body` by reference; nothing if none is waited for.
    ///
    /// Also while somebody else is made passive first: what was asked before is answered once.
    mutating func withPassage(_ body: (inout GatePassage, inout OperationIDs) -> [Effect]) -> [Effect] {
        guard case .switching(var progress) = phase else { return [] }
        let effects = progress.withLabels { labels in labels.withPassage { body(&$0, &ids) } } ?? []
        phase = .switching(progress)
        return effects
    }

    /// A pod that is waited for was read.
    ///
    /// - Returns: which one; nil: that was not asked for.
    mutating func looked(_ id: OperationID, _ outcome: MemberReadOutcome, at now: MonotonicTime) -> OutgoingMember? {
        var pod: OutgoingMember?
        _ = withPassage { passage, _ in
            pod = passage.looked(id, outcome, at: now)
            return []
        }
        return pod
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

extension GroupKnowledge {
    /// A pod that a promotion waits for was read: what that says is news as the informer's would be.
    ///
    /// That it has stopped is never over again, so that no older version has to be feared. That it is gone proves nothing by itself, and who
    /// is a member is left to what lists: an informer that is behind would bring it back as it was before.
    mutating func looked(at pod: OutgoingMember, _ outcome: MemberReadOutcome) {
        guard let member = outcome.member, member.id == pod.id else { return }
        if case .found = outcome { sawOutgoing(member) }
        if member.hasStopped { view.sawStopped([pod.id]) }
    }
}

extension MemberView {
    /// The newest version that is known of a pod; nil: it is no member, and has not left as the active one.
    func version(of id: Member.ID) -> ObjectVersion? {
        self[id]?.version ?? departed.first { $0.id == id }?.version
    }

    /// Whether the informer has not shown yet what is known of a pod, for that was written or read.
    func isBehind(_ id: Member.ID) -> Bool {
        guard let version = version(of: id), let listedVersion else { return false }
        return listedVersion < version
    }
}
