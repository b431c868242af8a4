/// The switch protocol: at most one active label, whoever else acts and whatever fails.
///
/// 1. Intent: the Lease names the holder to be at the next epoch. 2. If the epoch before was not our own, the members are
/// listed consistently. 3. Fence: every other member gets the passive role and the epoch. 4. Promote, only when every fence
/// is acknowledged. `PromoteFirst` swaps 3 and 4.
extension GroupStateMachine {
    /// Announces a move on the Lease.
    ///
    /// `base`: the record that the intent is made from; nil: the one that is known.
    /// `order`: the operator's order that the move carries out.
    mutating func begin(
        _ move: Decision.Move,
        at now: MonotonicTime,
        on base: GroupRecord? = nil,
        order: Order? = nil
    ) -> [Effect] {
        if isExhausted { return [] }
        let id = ids.next()
        let from = view.actives
        if let announcedInVain { history.withdraw(announcedInVain) }
        var intent = successor(
            of: base ?? record?.record,
            naming: move.target,
            .intended,
            because: move.cause.description
        )
        var entry = MoveEntry(epoch: intent.epoch, from: from.map(\.name), target: move.target?.name, cause: move.cause)
        entry.order = order?.id
        intent.remember(entry, limit: max(MoveEntry.limit, min(policy.flap.maxMoves, Self.longestHistory)))
        if move.cause.isRepair { repairBudget.repaired(.lostRole, at: now) }
        let isOutage = !from.contains { $0.lifecycle != .finished }
        let progress = SwitchProgress(
            move: move,
            previous: record,
            intent: intent,
            order: order,
            urgency: isOutage ? .outage : .move,
            from: from,
            startedAt: now,
            step: .intending(id)
        )
        repairs = [:]
        phase = .switching(progress)
        let trace = DecisionTrace(view: view, policy: policy)
        return [
            .report(.moveStarted(from: from.map(\.name), to: move.target?.name, move.cause, trace)),
            .writeRecord(id, intent, replacing: record?.version, urgency: progress.urgency),
        ]
    }

    /// Moves that a record remembers at most: some 40 KB of the 256 KiB that annotations may have.
    private static let longestHistory = 200

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
        if let order = progress.order, progress.move.cause != .unfinishedSwitch {
            return orderConfirmed(order, progress, at: now)
        }
        // As if it had not been announced: it must not count against itself.
        var rules = rules(progress.previous?.record, at: now)
        rules.history.withdraw(progress.epoch)
        switch rules.decide() {
        case .move(let move) where move.target?.id == progress.move.target?.id: return assign(progress, at: now)
        case .move(let move): return begin(move, at: now)
        case .keep(let keep): return adopt(keep.active, withdrawing: progress.epoch)
        case .adopt(let active): return adopt(active, withdrawing: progress.epoch)
        case .wait, .confirm: return assign(progress, at: now)
        }
    }

    /// The consistent list is in, for a move that an operator ordered.
    private mutating func orderConfirmed(
        _ order: Order,
        _ progress: SwitchProgress,
        at now: MonotonicTime
    ) -> [Effect] {
        guard let previous = progress.previous?.record else { return evaluate(at: now) }
        if case .move(let move, _) = orderRules(previous, at: now).outcome(of: order),
            move.target?.id == progress.move.target?.id
        {
            return assign(progress, at: now)
        }
        return evaluate(at: now)
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
        // A member may have shown a higher epoch before anything was written on it.
        if progress.isSuperseded { return effects + [.report(.steppedBack)] + readRecord() }
        phase = .switching(progress)
        return isComplete(progress) ? effects + complete(progress, at: now) : effects
    }

    // MARK: Steps

    /// Writes the passive role on every member but the target; once.
    private mutating func fence(_ progress: inout SwitchProgress, effects: inout [Effect]) {
        guard progress.fences.isEmpty else { return }
        for member in view.all where member.id != progress.move.target?.id {
            progress.fences[member.id] =
                RoleAssignment(
                    .passive,
                    at: progress.epoch,
                    on: member,
                    urgency: progress.urgency,
                    ids: &ids,
                    effects: &effects
                )
            history.wrote(member.id)
        }
    }

    /// Writes the active role on the target; once.
    private mutating func promote(_ progress: inout SwitchProgress, effects: inout [Effect]) {
        guard progress.promotion == nil, let id = progress.move.target?.id, let target = view[id] else { return }
        history.wrote(id)
        progress.promotion = RoleAssignment(
            .active,
            at: progress.epoch,
            on: target,
            urgency: .promotion,
            ids: &ids,
            effects: &effects
        )
    }

    /// Whether the target is still there and a candidate and, before it is promoted, not worse than another.
    private func isTargetStillRight(_ progress: SwitchProgress) -> Bool {
        guard let id = progress.move.target?.id else { return true }
        let isForced = progress.move.isForced
        guard let target = view[id] else { return false }
        let candidacy = Candidacy(of: target, under: policy)
        let isLastResort =
            candidacy.isLastResort && !view.all.contains { Candidacy(of: $0, under: policy) == .candidate }
        guard candidacy.allows(isForced: isForced) || isLastResort else { return false }
        guard progress.promotion == nil, view.health(of: id) == .unhealthy, !isForced else { return true }
        return !view.all.contains {
            Candidacy(of: $0, under: policy) == .candidate && view.health(of: $0.id) == .healthy
        }
    }

    private func isComplete(_ progress: SwitchProgress) -> Bool {
        progress.areFencesSettled && (progress.move.target == nil || progress.promotion?.stage == .acknowledged)
    }

    private mutating func complete(_ progress: SwitchProgress, at now: MonotonicTime) -> [Effect] {
        phase = .settled
        let move = completedMove(progress, at: now)
        history.completed(progress.epoch, at: now)
        completion = Completion(
            move: entry(of: move, progress),
            answer: progress.order.map { answer(to: $0, move, progress) }
        )
        var effects = reports(of: move, progress)
        // A pod that was promoted against its verdict gets a chance to come to another one.
        if progress.move.isForced, let id = move.target?.id, view.health(of: id) == .unhealthy {
            effects.append(.forgetHealth(id))
            view.forgotHealth(of: id, at: now)
        }
        return effects + evaluate(at: now)
    }

    private func completedMove(_ progress: SwitchProgress, at now: MonotonicTime) -> CompletedMove {
        let demoted = progress.from.filter { progress.fences[$0.id]?.stage == .acknowledged }
        let promoted = progress.promotion?.member
        let hasGap = policy.order == .demoteFirst && promoted != nil && !demoted.isEmpty
        return CompletedMove(
            from: progress.from,
            target: promoted,
            cause: progress.move.cause,
            epoch: progress.epoch,
            duration: now.since(progress.startedAt),
            gap: hasGap ? progress.fencedAt.map { now.since($0) } : nil
        )
    }

    private func entry(of move: CompletedMove, _ progress: SwitchProgress) -> MoveEntry {
        var entry =
            record?.record.history.last { $0.epoch == progress.epoch }
            ?? MoveEntry(epoch: move.epoch, from: move.from.map(\.name), target: move.target?.name, cause: move.cause)
        entry.duration = move.duration
        entry.gap = move.gap
        return entry
    }

    private func answer(to order: Order, _ move: CompletedMove, _ progress: SwitchProgress) -> OrderAnswer {
        let from = move.from.isEmpty ? "nobody" : move.from.map(\.name).joined(separator: ", ")
        let words = "moved from \(from) to \(move.target?.name ?? "nobody")"
        return OrderAnswer(id: order.id, outcome: .done, explanation: words, move: entry(of: move, progress))
    }

    private func reports(of move: CompletedMove, _ progress: SwitchProgress) -> [Effect] {
        let demoted = progress.from.filter { progress.fences[$0.id]?.stage == .acknowledged }
        return demoted.map { .report(.demoted($0, move.cause)) }
            + [move.target].compactMap { $0.map { .report(.promoted($0, move.cause)) } }
            + [.report(.moved(move))]
    }
}
