extension GroupStateMachine {
    /// Decides, and begins what was decided.
    ///
    /// Only called in the settled phase.
    mutating func evaluate(at now: MonotonicTime) -> [Effect] {
        guard view.listedVersion != nil else { return [] }
        if let reread = rereadForHigherEpoch() { return reread }
        let decision = decide(record: record?.record, at: now)
        let effects = reportFinding(of: decision)
        if policy.isPaused { return effects + withhold(decision) }
        withheldMove = nil
        switch decision {
        case .keep(let active, let members, _): return effects + repair(members) + relabel(keeping: active)
        case .adopt(let active): return effects + adopt(active)
        case .move(let move): return effects + begin(move, at: now)
        case .wait(let deadline, _): return effects + wake(at: deadline)
        }
    }

    /// The decision of the rules under a record.
    func decide(record: GroupRecord?, at now: MonotonicTime) -> Decision {
        DecisionRules(policy: policy, view: view, record: record, history: history, now: now).decide()
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
    private mutating func withhold(_ decision: Decision) -> [Effect] {
        guard case .move(let move) = decision else {
            withheldMove = nil
            if case .wait(let deadline, _) = decision { return wake(at: deadline) }
            return []
        }
        guard withheldMove?.target?.id != move.target?.id || withheldMove?.cause != move.cause else { return [] }
        withheldMove = move
        return [.report(.withheld(to: move.target?.name, move.cause, DecisionTrace(view: view, policy: policy)))]
    }

    // MARK: Timer

    private mutating func wake(at deadline: MonotonicTime?) -> [Effect] {
        guard let deadline else { return [] }
        if let wakeUp, wakeUp.at <= deadline { return [] }
        let id = ids.next()
        wakeUp = (id, deadline)
        return [.startTimer(id, at: deadline)]
    }

    // MARK: Adoption

    mutating func adopt(_ active: Member) -> [Effect] {
        let id = ids.next()
        let adopted = GroupRecord(
            holder: .init(name: active.name, id: active.id),
            epoch: nextEpoch,
            origin: .adopted,
            writer: identity,
            reason: "found active"
        )
        repairs = [:]
        phase = .adopting(id, adopted, active)
        return [.writeRecord(id, adopted, replacing: record?.version)]
    }

    /// Above every epoch that the record or a pod shows.
    var nextEpoch: Epoch {
        max(record?.record.epoch ?? Epoch(0), view.highestEpoch ?? Epoch(0)).next
    }

    // MARK: Repairs

    private mutating func repair(_ members: [Member]) -> [Effect] {
        var effects: [Effect] = []
        for member in members { effects += assign(.passive, to: member) }
        return effects
    }

    /// Writes roles anew on members whose label is being changed: each keeps the role that it has.
    private mutating func relabel(keeping active: Member) -> [Effect] {
        var effects: [Effect] = []
        for member in view.all where member.isRelabelDue {
            if member.id == active.id { effects += assign(.active, to: member, isRelabelling: true) }
            if member.role == .passive { effects += assign(.passive, to: member, isRelabelling: true) }
        }
        return effects
    }

    private mutating func assign(_ role: Role, to member: Member, isRelabelling: Bool = false) -> [Effect] {
        guard let epoch = record?.record.epoch, repairs[member.id] == nil else { return [] }
        var effects: [Effect] = []
        let repair = RoleAssignment(
            role,
            at: epoch,
            on: member,
            isRelabelling: isRelabelling,
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
        case .keep(_, _, let finding), .wait(_, let finding): finding
        case .move(let move): move.finding
        case .adopt: nil
        }
    }
}
