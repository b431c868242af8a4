extension GroupStateMachine {
    /// Decides, and begins what was decided.
    ///
    /// Only called in the settled phase.
    mutating func evaluate(at now: MonotonicTime) -> [Effect] {
        guard view.listedVersion != nil else { return [] }
        if isRecordInDoubt { return readRecord() }
        takeObserved(at: now)
        if let reread = rereadForHigherEpoch() { return reread }
        let isHeld = policy.isObserving || isPaused(at: now)
        var rules = rules(record?.record, at: now)
        rules.isHeld = isHeld
        let decision = rules.decide()
        let effects = reportFinding(of: decision) + wake(at: orderDeadline(at: now))
        if policy.isObserving || isExhausted { return effects + withhold(decision, at: now) }
        // What was announced is finished before another move, but never to a pod that is to be fenced.
        let isFirst = !decision.finishesSwitch || record?.record.order?.action.isSwitchover == false
        if isFirst, let more = carryOutOrder(at: now) ?? endPause(at: now) { return effects + more }
        if isHeld, !decision.finishesSwitch {
            return effects + withhold(decision, at: now) + recordCompletion()
        }
        withheldMove = nil
        return effects + carryOut(decision, at: now)
    }

    private mutating func carryOut(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        if case .confirm = decision {} else { confirmation = nil }
        switch decision {
        case .keep(let keep):
            let effects = repair(keep.repairs, at: now) + relabel(keeping: keep.active, at: now) + wake(at: keep.until)
            return effects + recordCompletion()
        case .adopt(let active): return adopt(active)
        case .move(let move): return begin(move, at: now, order: decision.finishesSwitch ? announcedOrder : nil)
        case .confirm(let members, let since, let deadline):
            return confirm(members, since: since, at: now) + wake(at: deadline)
        case .wait(let deadline, _): return wake(at: deadline) + recordCompletion()
        }
    }

    /// The rules under a record, and all that they look at.
    func rules(_ record: GroupRecord?, at now: MonotonicTime) -> DecisionRules {
        DecisionRules(
            identity: identity,
            policy: policy,
            view: view,
            record: record,
            history: history,
            repairs: repairBudget,
            suspension: suspension,
            confirmation: confirmation,
            now: now
        )
    }

    /// A pod shows an epoch that the record does not know: another supervisor acted, or the record was lost.
    ///
    /// It is read once for each such epoch; if it still lags, the next write raises it.
    private mutating func rereadForHigherEpoch() -> [Effect]? {
        guard let highest = view.highestEpoch, highest > record?.record.epoch ?? Epoch(0) else { return nil }
        if let confirmedEpoch, confirmedEpoch >= highest { return nil }
        confirmedEpoch = highest
        return readRecord()
    }

    // MARK: Findings

    private mutating func reportFinding(of decision: Decision) -> [Effect] {
        let finding = decision.finding
        guard finding != standingFinding else { return [] }
        defer { standingFinding = finding }
        guard let finding else { return standingFinding.map { [.report(.findingEnded($0))] } ?? [] }
        return [.report(.found(finding, DecisionTrace(view: view, policy: policy)))]
    }

    /// Says once which move a paused group does not make.
    private mutating func withhold(_ decision: Decision, at now: MonotonicTime) -> [Effect] {
        let waking = wake(at: [decision.deadline, pause?.end].compactMap { $0 }.filter { now < $0 }.min())
        guard case .move(let move) = decision else {
            withheldMove = nil
            return waking
        }
        guard withheldMove?.target?.id != move.target?.id || withheldMove?.cause != move.cause else { return waking }
        withheldMove = move
        let trace = DecisionTrace(view: view, policy: policy)
        return waking + [.report(.withheld(to: move.target?.name, move.cause, trace))]
    }

    // MARK: Timers and probes

    private mutating func wake(at deadline: MonotonicTime?) -> [Effect] {
        guard let deadline else { return [] }
        if let wakeUp, wakeUp.at <= deadline { return [] }
        let id = ids.next()
        wakeUp = WakeUp(id: id, at: deadline)
        return [.startTimer(id, at: deadline)]
    }

    /// Asks each member once.
    private mutating func confirm(_ members: [Member], since: MonotonicTime, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        var current = confirmation ?? Confirmation(since: now)
        for member in members where current.asked.insert(member.id).inserted {
            effects.append(.probe(member.id, unlessSucceededSince: since))
        }
        confirmation = current
        return effects
    }

    // MARK: Repairs

    private mutating func repair(_ members: [Member], at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        var isCounted = false
        for member in members where repairs[member.id] == nil {
            if member.role == .active {
                // Several at once are one incident.
                if !isCounted { repairBudget.repaired(.surplusRole, at: now) }
                isCounted = true
            } else if rules(record?.record, at: now).isDrift(member) {
                if repairBudget.nextTurn(.passiveRole, at: now) != nil { continue }
                repairBudget.repaired(.passiveRole, at: now)
            }
            history.wrote(member.id)
            effects += assign(.passive, to: member, .repair)
        }
        return effects
    }

    /// Writes roles anew on members whose label is being changed: each keeps the role that it has.
    private mutating func relabel(keeping active: Member, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for member in view.all where member.isRelabelDue && repairs[member.id] == nil {
            if !relabelled.insert(member.id).inserted {
                if let turn = repairBudget.nextTurn(.passiveRole, at: now) {
                    effects += wake(at: turn)
                    continue
                }
                repairBudget.repaired(.passiveRole, at: now)
            }
            if member.id == active.id { effects += assign(.active, to: member, .relabelling) }
            if member.role == .passive { effects += assign(.passive, to: member, .relabelling) }
        }
        return effects
    }

    private mutating func assign(_ role: Role, to member: Member, _ purpose: RoleAssignment.Purpose) -> [Effect] {
        guard let epoch = record?.record.epoch, repairs[member.id] == nil else { return [] }
        var effects: [Effect] = []
        let repair = RoleAssignment(
            role,
            at: epoch,
            on: member,
            purpose: purpose,
            urgency: .upkeep,
            ids: &ids,
            effects: &effects
        )
        if !repair.isSettled { repairs[member.id] = repair }
        return effects
    }
}

extension Decision {
    /// What an operator must know of the situation.
    var finding: Finding? {
        switch self {
        case .keep(let keep): keep.finding
        case .wait(_, let finding): finding
        case .move(let move): move.finding
        case .adopt, .confirm: nil
        }
    }

    /// When to decide again although nothing changes; nil: no such time.
    var deadline: MonotonicTime? {
        switch self {
        case .keep(let keep): keep.until
        case .wait(let until, _): until
        case .confirm(_, _, let until): until
        case .adopt, .move: nil
        }
    }

    /// Whether it completes a switch that was announced before.
    var finishesSwitch: Bool {
        if case .move(let move) = self { move.cause == .unfinishedSwitch } else { false }
    }
}
