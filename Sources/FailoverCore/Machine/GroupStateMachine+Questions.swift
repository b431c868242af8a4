/// What the machine asks its parts before it acts; nothing here changes anything.
extension GroupStateMachine {
    // MARK: Rules

    /// The rules under a record, and all that they look at.
    func rules(_ record: GroupRecord?, at now: MonotonicTime) -> DecisionRules {
        DecisionRules(
            identity: identity,
            policy: policy,
            view: view,
            record: record,
            moves: records.moves,
            repairs: repairs.budget,
            suspension: suspension,
            confirmation: confirmation,
            now: now
        )
    }

    /// The rules as they were before a move was announced.
    func rulesBefore(_ progress: RoleSwitch, at now: MonotonicTime) -> DecisionRules {
        var rules = rules(progress.ground, at: now)
        rules.moves.withdraw(progress.epoch)
        return rules
    }

    func orderRules(_ record: GroupRecord, at now: MonotonicTime) -> OrderRules {
        OrderRules(rules: rules(record, at: now), record: record, isPausedByConfiguration: policy.isPaused)
    }

    /// Until when an operator's request waits for verdicts; nil if none does.
    func orderDeadline(at now: MonotonicTime) -> MonotonicTime? {
        if let end = endOfAnnouncedOrder(at: now) { return end }
        guard let record = records.record, let order = record.order,
            case .waits(let deadline) = orderRules(record, at: now).outcome(of: order)
        else { return nil }
        return deadline
    }

    /// Until when a request that another supervisor has announced a move for is left to it; nil: there is none, or no longer.
    ///
    /// Its requests may take long; until then it is not refused what may still be done.
    private func endOfAnnouncedOrder(at now: MonotonicTime) -> MonotonicTime? {
        guard let record = records.record, let order = records.announcedOrder, record.origin == .intended,
            record.writer != identity, let since = records.moves.recordSince
        else { return nil }
        let isRefused = if case .answered = orderRules(record, at: now).outcome(of: order) { true } else { false }
        let end = since + (isRefused ? max(policy.verdictWindow, Self.longestSwitch) : policy.verdictWindow)
        return now < end ? end : nil
    }

    /// Five requests at their deadlines, one after the other.
    private static let longestSwitch: Duration = .seconds(30)

    /// Whether a request that asks for a move is left to the supervisor that has announced it.
    func isLeftToItsAnnouncer(_ order: Order, _ record: GroupRecord, at now: MonotonicTime) -> Bool {
        switch order.action {
        case .switchover, .fence: endOfAnnouncedOrder(at: now) != nil && !isCarriedOut(order, record, at: now)
        case .pause, .resume, .unfence, .unintelligible: false
        }
    }

    /// Whether a request is answered by what the record and the pods show.
    private func isCarriedOut(_ order: Order, _ record: GroupRecord, at now: MonotonicTime) -> Bool {
        if case .answered(let next) = orderRules(record, at: now).outcome(of: order) {
            return next.answers.last?.outcome == .done
        }
        return false
    }

    /// Whether nothing is moved but what an operator orders.
    func isPaused(at now: MonotonicTime) -> Bool { policy.isPaused || records.isPaused(at: now) }

    // MARK: Records

    /// That the pending request is answered by a record that was stored.
    func answers(toldBy stored: GroupRecord) -> [Effect] {
        guard let order = records.record?.order, let answer = stored.answers.last(where: { $0.id == order.id }),
            stored.order?.id != order.id
        else { return [] }
        return [.report(.answered(order, answer))]
    }

    var isExhausted: Bool { records.isExhausted(view.highestEpoch) }

    /// The epoch of a move that this supervisor announced and did not go on with; nil: none.
    var announcedInVain: Epoch? { records.announcedInVain(by: identity, view) }

    func successor(
        of base: GroupRecord? = nil,
        naming holder: Member?,
        _ origin: GroupRecord.Origin,
        because reason: String
    ) -> GroupRecord {
        records.successor(
            of: base,
            naming: holder,
            origin,
            by: identity,
            above: view.highestEpoch,
            because: reason
        )
    }

    /// The record that announces a move.
    func intent(_ move: Decision.Move, on base: GroupRecord?, order: Order?) -> GroupRecord {
        var intent = successor(of: base, naming: move.target, .intended, because: move.cause.description)
        if let announcedInVain { intent.history.removeAll { $0.epoch == announcedInVain } }
        // Who left while it was active is found by its name after a restart.
        let from = (view.actives + view.departed).map(\.name)
        var entry = MoveEntry(epoch: intent.epoch, from: from, target: move.target?.name, cause: move.cause)
        entry.order = order?.id
        intent.remember(entry, limit: max(MoveEntry.limit, min(policy.flap.maxMoves, Self.longestHistory)))
        return intent
    }

    /// Moves that a record remembers at most: some 40 KB of the 256 KiB that annotations may have.
    private static let longestHistory = 200

    /// What the record tells of a move that is complete.
    func entry(of move: CompletedMove) -> MoveEntry {
        var entry =
            records.record?.history.last { $0.epoch == move.epoch }
            ?? MoveEntry(epoch: move.epoch, from: move.from.map(\.name), target: move.target?.name, cause: move.cause)
        entry.duration = move.duration
        entry.gap = move.gap
        return entry
    }

    // MARK: A switch on its way

    /// Whether an assignment, of the switch or of a repair, waits for an operation.
    func isAwaited(_ id: OperationID) -> Bool {
        if case .switching(let progress) = phase, progress.awaits(id) { return true }
        return repairs.awaits(id)
    }

    /// What a switch needs to know to go on.
    var surroundings: RoleSwitch.Surroundings {
        let announced = records.record?.announced
        return .init(view: view, policy: policy, run: run) { [run] member in
            announced?.mayName(member, apartFrom: run) ?? true
        }
    }

    /// How long a move may take to come to its first write that matters before its ground is looked at again.
    var patience: Duration { max(policy.verdictWindow, .seconds(1)) }

    /// Whether the operator still asks for the move, and nothing speaks against it.
    func stillAsks(for progress: RoleSwitch, _ order: Order, at now: MonotonicTime) -> Bool {
        guard records.record?.order?.id == order.id, let ground = progress.ground,
            case .move(let move, _) = orderRules(ground, at: now).outcome(of: order)
        else { return false }
        return move.target?.id == progress.move.target?.id
    }

    /// Whether the target is still there and a candidate and, before it is promoted, not worse than another.
    func isTargetStillRight(_ progress: RoleSwitch) -> Bool {
        guard let id = progress.move.target?.id else { return true }
        guard let target = view[id] else { return false }
        if case .fence(target.name) = records.pendingOrder?.action { return false }
        let isForced = progress.move.isForced
        let candidacy = Candidacy(of: target, under: policy)
        let isLastResort =
            candidacy.isLastResort && !view.all.contains { Candidacy(of: $0, under: policy) == .candidate }
        guard candidacy.allows(isForced: isForced) || isLastResort else { return false }
        guard progress.promotion == nil, view.health(of: id) == .unhealthy, !isForced else { return true }
        return otherHealthyCandidate(than: id) == nil
    }

    /// Who gets the role because the API server denies it to the target for good; nil: it does not, or there is nobody.
    func otherTarget(insteadOf progress: RoleSwitch, at now: MonotonicTime) -> Member? {
        guard !isExhausted, let id = progress.move.target?.id, let end = progress.endOfPatience, end <= now else {
            return nil
        }
        return mayWithdraw(progress) ? nil : otherHealthyCandidate(than: id)
    }

    private func otherHealthyCandidate(than id: Member.ID) -> Member? {
        let others = view.all.filter {
            $0.id != id && Candidacy(of: $0, under: policy) == .candidate && view.health(of: $0.id) == .healthy
        }
        return Ranking(view).best(of: others)
    }

    /// Whether a move can be taken back without a trace, because somebody else is active and nobody was written.
    func mayWithdraw(_ progress: RoleSwitch) -> Bool {
        progress.move.cause.isVoluntary && progress.isWithdrawable && view.actives.count == 1
    }
}
