/// Which hooks are owed for a move, and when each is due.
///
/// Both follow from the record and from what the pods show, so that whoever takes a group over comes to the same.
extension Situation {
    private var view: MemberView { known.view }
    private var kinds: Set<HookKind> { known.policy.hooks.kinds }

    // MARK: What is owed

    /// What a record owes that announces a move, its entry in the history: what was owed before, and the calls of the move.
    ///
    /// `ground`: the record before the move; `record`: as it is to be written, with what was owed before. What was announced before may
    /// still be done by whoever did so: it is dropped when that is certain, and not here.
    func hooksOwed(
        for entry: MoveEntry,
        to target: NamedPod?,
        after ground: GroupRecord?,
        by record: GroupRecord
    ) -> [HookCall] {
        OwedHooks.bounded(record.hooks + calls(for: entry, to: target, after: ground))
    }

    private func calls(for entry: MoveEntry, to target: NamedPod?, after ground: GroupRecord?) -> [HookCall] {
        var calls: [HookCall] = []
        func add(_ kind: HookKind, _ pod: NamedPod) {
            if kinds.contains(kind) { calls.append(HookCall(kind, of: pod.name, pod.id, in: entry)) }
        }
        var left = (view.actives + view.departed).map(NamedPod.init) + untoldStrangers
        if let holder = ground?.holder, let id = holder.id, mayBeActive(by: ground) {
            left.append(NamedPod(name: holder.name, id: id))
        }
        let isUntold = ground.flatMap(view.untoldMove(by:))?.epoch == entry.epoch
        if isUntold, ground?.origin == .adopted, let pod = ground?.lastPromoted { left.append(pod) }
        var seen = Set([target?.id].compactMap(\.self))
        // Receivers know pods by name: one that is recreated, and gets the role back, is told that alone, not two roles of one move.
        let name = known.policy.hooks.requiredOnDemote == nil ? target?.name : nil
        for pod in left where pod.name != name && seen.insert(pod.id).inserted { add(.demote, pod) }
        if let target { add(.promote, target) }
        return calls
    }

    /// Whether the holder of a record is, was or may just become active by it, so that it may have been told so.
    private func mayBeActive(by record: GroupRecord?) -> Bool {
        guard let record, record.origin == .intended, known.run.contains(record.epoch) else { return true }
        if known.policy.ownsEndpoints { return view.highestEpoch.map { record.epoch <= $0 } ?? false }
        return known.run.hasPromoted(at: record.epoch)
    }

    /// That the oldest calls are never run because the record that announces a move would owe too many.
    func hooksLost(by beginning: Beginning) -> [Effect] {
        guard let before = known.records.hooks?.owed, !before.isEmpty else { return [] }
        let intent = intent(of: beginning)
        let lost = before.filter { call in
            call.epoch != announcedInVain && !intent.hooks.contains { $0.isSame(as: call) }
        }
        return lost.map { .report(.hookDropped($0, .tooMany)) }
    }

    /// The pods before whose hooks have ended nobody is promoted.
    var awaitedHooks: Set<Member.ID> {
        known.policy.hooks.requiredOnDemote.flatMap { known.records.hooks?.awaited(by: $0) } ?? []
    }

    // MARK: When it is due

    /// What is to become of a call.
    ///
    /// `isGating`: whether a switch has made sure that nobody but its target can be active any more.
    func fate(of call: HookCall, isGating: Bool) -> HookFate {
        guard kinds.contains(call.kind) else { return .dropped(.unconfigured) }
        guard let record = known.record else { return .waits }
        switch call.kind {
        case .promote: return fate(ofPromotion: call, under: record)
        case .demote: return fate(ofDemotion: call, under: record, isGating: isGating)
        }
    }

    /// It is run while the pod is active by that move, and nobody has announced another.
    ///
    /// It is dropped when the pod cannot become so any more: whoever announced it may still be writing.
    private func fate(ofPromotion call: HookCall, under record: GroupRecord) -> HookFate {
        guard let member = view[call.id] else {
            // Whom the record names another supervisor has seen, be it that this one has not yet.
            let isKnown = mayReturn(call) || record.mayName(call)
            return record.epoch > call.epoch && !isKnown ? .dropped(.gone) : .waits
        }
        let epoch = member.epoch ?? Epoch(0)
        guard member.role == .active, epoch >= call.epoch else {
            let isOver = record.epoch > call.epoch && known.records.isMade && !record.names(member)
            return epoch > call.epoch || isOver ? .dropped(.overtaken) : .waits
        }
        // Its label may have been written anew since, at the epoch of a record that moved nothing; what was announced may not be made.
        let isMoved = record.history.contains { $0.epoch > call.epoch && $0.duration != nil }
        if epoch > call.epoch, isMoved { return .dropped(.overtaken) }
        return record.names(member) ? .due : .waits
    }

    /// Whether the pod left while it was active: it is written, or found to be gone; or a slice shows it that was not seen yet.
    private func mayReturn(_ call: HookCall) -> Bool {
        view.departed.contains { $0.id == call.id } || view.endpoints?.isActive(call.id) ?? false
    }

    /// It is run while the pod is not active, and can become so by nothing that is older than the move.
    private func fate(ofDemotion call: HookCall, under record: GroupRecord, isGating: Bool) -> HookFate {
        let isAdopted = record.epoch > call.epoch && record.origin == .adopted
        guard let member = view[call.id] else {
            // It may come back as it was, as long as nobody else is active.
            return !mayReturn(call) && (isGating || known.records.isMade || isAdopted) ? .due : .waits
        }
        let epoch = member.epoch ?? Epoch(0)
        guard member.role == .active else {
            // It is being promoted: what is begun now would run when it is active.
            if record.origin == .intended, record.epoch > call.epoch, record.names(member) { return .waits }
            // It was promoted since, and somebody took its label.
            let isRetaken = record.history.contains { $0.epoch == epoch && $0.target == member.name }
            if epoch > call.epoch, isRetaken { return .dropped(.overtaken) }
            let isDone = epoch >= call.epoch || isGating || known.records.isMade
            return isDone || isAdopted && !record.names(member) ? .due : .waits
        }
        // Whoever announced it may still demote it, whatever is on record by now.
        return epoch > call.epoch ? .dropped(.overtaken) : .waits
    }
}

extension HookCall {
    /// A call for a pod's change of role in a move.
    init(_ kind: HookKind, of pod: String, _ id: Member.ID, in move: MoveEntry) {
        self.init(
            kind: kind,
            pod: pod,
            id: id,
            epoch: move.epoch,
            from: move.from,
            to: move.target,
            cause: move.cause,
            time: move.startedAt
        )
    }

    /// Whether another tells of the same change of role.
    func isSame(as other: HookCall) -> Bool { kind == other.kind && id == other.id && epoch == other.epoch }
}

extension GroupRecord {
    /// To whom the last move on record led: whoever adopted somebody else since may not have seen that; nil: to nobody.
    fileprivate var lastPromoted: NamedPod? {
        guard let last = history.last, let name = last.target,
            let entry = announced.entries.last(where: { $0.epoch == last.epoch })
        else { return nil }
        return NamedPod(name: name, id: entry.target)
    }

    /// Whether a call is for the holder; one of whom no uid is on record is known by its name.
    fileprivate func mayName(_ call: HookCall) -> Bool {
        guard let holder else { return false }
        return holder.id.map { $0 == call.id } ?? (holder.name == call.pod)
    }
}
