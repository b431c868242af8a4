extension GroupStateMachine {
    // MARK: The record

    /// The Lease was read.
    package mutating func recordRead(
        _ id: OperationID,
        _ outcome: RecordReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard case .readingRecord(let awaited) = phase, awaited == id else { return [] }
        switch outcome {
        case .found(let stored): return recordKnown(stored, at: now)
        case .absent: return recordKnown(nil, at: now)
        case .failed(let failure): return backOff(failure, during: "reading the record")
        }
    }

    /// The Lease was written, or was not.
    package mutating func recordWritten(
        _ id: OperationID,
        _ outcome: RecordWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        switch phase {
        case .recording(let awaited, let active) where awaited == id:
            return recordingEnded(outcome, adopting: active, at: now)
        case .switching(let progress):
            guard case .intending(let awaited) = progress.step, awaited == id else { return [] }
            return intentWritten(outcome, progress, at: now)
        case .initial, .readingRecord, .backingOff, .settled, .recording:
            return []
        }
    }

    private mutating func recordKnown(_ stored: StoredRecord?, at now: MonotonicTime) -> [Effect] {
        if stored == nil { observed = nil }
        took(stored, at: now)
        failedAttempts = 0
        phase = .settled
        return evaluate(at: now)
    }

    private mutating func recordingEnded(
        _ outcome: RecordWriteOutcome,
        adopting active: Member?,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            guard let active else { return recordKnown(stored, at: now) }
            let epoch = stored.record.epoch
            trustedEpoch = isTrusted(before: epoch) ? epoch : nil
            return [.report(.adopted(active, epoch))] + recordKnown(stored, at: now)
        case .conflict: return recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    /// What was observed of the record may be what the write was in conflict with, or older: it is read.
    private mutating func recordConflicted() -> [Effect] {
        observed = nil
        return readRecord()
    }

    private mutating func intentWritten(
        _ outcome: RecordWriteOutcome,
        _ progress: SwitchProgress,
        at now: MonotonicTime
    ) -> [Effect] {
        switch outcome {
        case .written(let stored):
            let needsListing = !isTrusted(before: stored.record.epoch)
            took(stored, at: now)
            failedAttempts = 0
            return needsListing ? list(for: progress) : assign(progress, at: now)
        case .conflict: return [.report(.steppedBack)] + recordConflicted()
        case .failed(let failure): return backOff(failure, during: "writing the record")
        }
    }

    /// Whether the epoch right before `epoch` was our own and all members of that time are known.
    private func isTrusted(before epoch: Epoch) -> Bool {
        guard let trustedEpoch, let record else { return false }
        return trustedEpoch.next == epoch && record.record.epoch == trustedEpoch && record.record.writer == identity
    }

    // MARK: The members

    /// The group's pods were listed consistently, for a switch.
    package mutating func membersListed(
        _ id: OperationID,
        _ outcome: MemberListOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        guard case .switching(var progress) = phase, case .listing(let awaited) = progress.step, awaited == id
        else { return [] }
        switch outcome {
        case .listed(let members, let version):
            view.listed(members, version: version, isRelist: false)
            history.membersChanged(view, under: policy, at: now)
            return membersConfirmed(progress, at: now)
        case .failed(let failure):
            let timer = ids.next()
            let attempt = progress.failedListings
            progress.failedListings += 1
            progress.step = .awaitingListing(timer, attempt: attempt)
            phase = .switching(progress)
            let report: [Effect] = attempt == 0 ? [.report(.operationFailed("listing the members", failure))] : []
            return report + bounded([.startBackoff(timer, attempt: attempt, atLeast: failure.retryAfter)])
        }
    }

    /// One pod was read.
    package mutating func memberRead(
        _ id: OperationID,
        _ outcome: MemberReadOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        var outcome = outcome
        if case .found(let member) = outcome {
            view.updated(member)
            // An epoch that is far above is believed once, so that the record is read, and not again if that does not know it.
            let isNews = member.epoch.map { $0 > confirmedEpoch ?? Epoch(0) } ?? false
            if isNews { confirmedEpoch = member.epoch } else { outcome = .found(view.believed(member)) }
        }
        return assignmentChanged(awaiting: id, at: now) { $0.read(outcome, ids: &$1, effects: &$2) }
    }

    /// A role was written, or was not.
    package mutating func roleWritten(
        _ id: OperationID,
        _ outcome: RoleWriteOutcome,
        at now: MonotonicTime
    ) -> [Effect] {
        if case .written(let member) = outcome { view.updated(member) }
        return assignmentChanged(awaiting: id, at: now) { $0.written(outcome, ids: &$1, effects: &$2) }
    }

    private mutating func assignmentChanged(
        awaiting id: OperationID,
        at now: MonotonicTime,
        _ change: (inout RoleAssignment, inout OperationIDs, inout [Effect]) -> Void
    ) -> [Effect] {
        var effects: [Effect] = []
        var gone: [Member.ID] = []
        forEachAssignment { assignment, ids in
            guard assignment.awaits(id) else { return }
            change(&assignment, &ids, &effects)
            if assignment.stage == .gone { gone.append(assignment.member.id) }
        }
        for member in gone { view.removed(member) }
        effects = bounded(effects)
        effects += finishRepairs()
        return effects + membersChanged(at: now)
    }

    private mutating func finishRepairs() -> [Effect] {
        var effects: [Effect] = []
        for (id, repair) in repairs.sorted(by: { $0.key.uid < $1.key.uid }) {
            switch repair.stage {
            case .writing, .reading, .backingOff: continue
            case .acknowledged where repair.member.role != .passive: break
            case .acknowledged: effects.append(.report(.joined(repair.member)))
            case .gone, .altered: break
            case .superseded: effects.append(.report(.steppedBack))
            }
            repairs[id] = nil
        }
        return effects
    }
}
