/// The switch protocol: at most one active label, whoever else acts and whatever fails.
///
/// 1. Intent: the Lease names the holder to be at the next epoch. 2. If the epoch before was not our own, the members are
/// listed consistently. 3. Fence: every other member gets the passive role and the epoch. 4. Promote, only when every fence
/// is acknowledged. `PromoteFirst` swaps 3 and 4.
extension GroupStateMachine {
    /// Announces a move on the Lease.
    mutating func begin(_ move: Decision.Move, at now: MonotonicTime) -> [Effect] {
        let id = ids.next()
        let trace = DecisionTrace(view: view, policy: policy)
        let intent = GroupRecord(
            holder: move.target.map { .init(name: $0.name, id: $0.id) },
            epoch: nextEpoch,
            origin: .intended,
            writer: identity,
            reason: move.cause.description
        )
        repairs = [:]
        phase = .switching(
            SwitchProgress(
                move: move,
                previous: record,
                intent: intent,
                trace: trace,
                from: view.actives,
                startedAt: now,
                step: .intending(id)
            )
        )
        let from = view.actives.map(\.name)
        return [
            .report(.moveStarted(from: from, to: move.target?.name, move.cause, trace)),
            .writeRecord(id, intent, replacing: record?.version),
        ]
    }

    mutating func list(for progress: SwitchProgress) -> [Effect] {
        var progress = progress
        let id = ids.next()
        progress.step = .listing(id)
        phase = .switching(progress)
        return [.listMembers(id)]
    }

    /// The consistent list is in.
    ///
    /// What was decided on older knowledge is decided again under the record that the intent replaced; a move that has
    /// lost its ground is taken back on the Lease before any pod is written.
    mutating func membersConfirmed(_ progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        trustedEpoch = progress.epoch
        phase = .settled
        if let highest = view.highestEpoch, highest > progress.epoch { return [.report(.steppedBack)] + readRecord() }
        switch decide(record: progress.previous?.record, at: now) {
        case .move(let move) where move.target?.id == progress.move.target?.id: return assign(progress, at: now)
        case .move(let move): return begin(move, at: now)
        case .keep(let active, _, _), .adopt(let active): return adopt(active)
        case .wait: return assign(progress, at: now)
        }
    }

    /// Begins to write roles.
    mutating func assign(_ progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        var progress = progress
        var effects: [Effect] = []
        trustedEpoch = progress.epoch
        progress.step = .assigning
        switch policy.order {
        case .demoteFirst: fence(&progress, effects: &effects)
        case .promoteFirst: promote(&progress, effects: &effects)
        }
        phase = .switching(progress)
        return effects + advance(progress, at: now)
    }

    /// Goes on with a switch as far as the acknowledged writes allow.
    mutating func advance(_ progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        guard case .assigning = progress.step else { return [] }
        if progress.isSuperseded { return [.report(.steppedBack)] + readRecord() }
        if !isTargetStillRight(progress) {
            phase = .settled
            return evaluate(at: now)
        }
        var progress = progress
        var effects: [Effect] = []
        if progress.fencedAt == nil, progress.areFencesSettled, !progress.fences.isEmpty { progress.fencedAt = now }
        switch policy.order {
        case .demoteFirst: if progress.areFencesSettled { promote(&progress, effects: &effects) }
        case .promoteFirst: if progress.promotion?.isSettled ?? true { fence(&progress, effects: &effects) }
        }
        phase = .switching(progress)
        return isComplete(progress) ? effects + complete(progress, at: now) : effects
    }

    // MARK: Steps

    /// Writes the passive role on every member but the target; once.
    private mutating func fence(_ progress: inout SwitchProgress, effects: inout [Effect]) {
        guard progress.fences.isEmpty else { return }
        for member in view.all where member.id != progress.move.target?.id {
            progress.fences[member.id] =
                RoleAssignment(.passive, at: progress.epoch, on: member, ids: &ids, effects: &effects)
        }
    }

    /// Writes the active role on the target; once.
    private mutating func promote(_ progress: inout SwitchProgress, effects: inout [Effect]) {
        guard progress.promotion == nil, let id = progress.move.target?.id, let target = view[id] else { return }
        progress.promotion = RoleAssignment(.active, at: progress.epoch, on: target, ids: &ids, effects: &effects)
    }

    /// Whether the target is still there and a candidate and, before it is promoted, not worse than another.
    private func isTargetStillRight(_ progress: SwitchProgress) -> Bool {
        guard let id = progress.move.target?.id else { return true }
        guard let target = view[id], Candidacy(of: target, under: policy) == .candidate else { return false }
        guard progress.promotion == nil, view.health(of: id) == .unhealthy else { return true }
        return !view.all.contains {
            Candidacy(of: $0, under: policy) == .candidate && view.health(of: $0.id) == .healthy
        }
    }

    private func isComplete(_ progress: SwitchProgress) -> Bool {
        progress.areFencesSettled && (progress.move.target == nil || progress.promotion?.stage == .acknowledged)
    }

    private mutating func complete(_ progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        phase = .settled
        return reports(of: progress, at: now) + evaluate(at: now)
    }

    private func reports(of progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        let cause = progress.move.cause
        let demoted = progress.from.filter { progress.fences[$0.id]?.stage == .acknowledged }
        let promoted = progress.promotion?.member
        let hasGap = policy.order == .demoteFirst && promoted != nil && !demoted.isEmpty
        let completed = CompletedMove(
            from: progress.from,
            target: promoted,
            cause: cause,
            epoch: progress.epoch,
            duration: now.since(progress.startedAt),
            gap: hasGap ? progress.fencedAt.map { now.since($0) } : nil
        )
        return demoted.map { .report(.demoted($0, cause)) }
            + [promoted].compactMap { $0.map { .report(.promoted($0, cause)) } }
            + [.report(.moved(completed))]
    }
}
