/// What a group knows at one moment: what decisions are made from.
///
/// Nothing here changes anything.
struct Situation {
    /// As of the last event.
    let known: GroupKnowledge
    /// How many labels may still be set right.
    let repairs: RepairBudget
    /// The time of the event that is being handled.
    let now: MonotonicTime

    private var view: MemberView { known.view }
    private var records: RecordView { known.records }

    // MARK: Rules

    /// What the group does by itself.
    var decision: Decision { decision(awaitingScores: true) }

    /// The failing member that others are asked about; nil: none.
    var opinionSubject: Inquiry.Subject? { known.policy.secondOpinion == nil ? nil : ownRules.opinionSubject }

    /// The rules for what the group does by itself.
    var ownRules: DecisionRules {
        var rules = rules(known.record)
        rules.isHeld = isHeld
        rules.endOfAnnouncedRequest = endOfAnnouncedRequest
        return rules
    }

    /// How urgent it is to write what moves nothing: while a move is due, that waits for it.
    var urgencyOfAnswers: WriteUrgency {
        switch decision {
        case .move(let move): move.cause.urgency(whileServed: view.isServed)
        // The move that is to be confirmed waits for the answer, too.
        case .confirm, .score: SwitchCause.activeUnhealthy.urgency(whileServed: view.isServed)
        // A move that nobody told of is counted before the role is moved on.
        case .adopt(let active) where untoldMove(to: active) != nil && view.health(of: active.id) != .healthy:
            SwitchCause.activeUnhealthy.urgency(whileServed: view.isServed)
        case .keep, .adopt, .wait: .upkeep
        }
    }

    /// Why it is decided like that.
    var trace: DecisionTrace { DecisionTrace(view: view, policy: known.policy, opinions: opinions) }

    /// How others' opinions stand, by the member that they are about.
    private var opinions: [Member.ID: OpinionTally] {
        guard let policy = known.policy.secondOpinion, let id = known.inquiry.member, let member = view[id] else {
            return [:]
        }
        return [id: known.inquiry.tally(of: member, under: policy, at: now)]
    }

    /// Whether the group moves nothing by itself.
    var isHeld: Bool { known.policy.isObserving || known.isPaused(at: now) }

    /// Why a move that is due is not made, if it is not.
    var withholding: Withholding {
        if known.policy.isObserving { return .observed }
        return isExhausted ? .exhausted : .paused
    }

    /// The rules under a record, and all that they look at.
    func rules(_ record: GroupRecord?) -> DecisionRules {
        DecisionRules(
            identity: known.identity,
            policy: known.policy,
            view: view,
            record: record,
            moves: records.moves,
            repairs: repairs,
            suspension: known.suspension,
            confirmation: known.confirmation,
            inquiry: known.inquiry,
            now: now
        )
    }

    /// The rules for what an operator asks for, under a record.
    func requestRules(_ record: GroupRecord) -> RequestRules {
        RequestRules(rules: rules(record), record: record, isPausedByConfiguration: known.policy.isPaused)
    }

    // MARK: Requests

    /// Until when an operator's request waits for verdicts; nil if none does.
    var requestDeadline: MonotonicTime? {
        if let end = endOfAnnouncedRequest { return end }
        guard let record = known.record, let request = record.request,
            case .waits(let deadline) = requestRules(record).outcome(of: request)
        else { return nil }
        return deadline
    }

    /// Whether a request that asks for a move is left to the supervisor that has announced it.
    func isLeftToItsAnnouncer(_ request: OperatorRequest, _ record: GroupRecord) -> Bool {
        switch request.action {
        case .switchover, .fence: endOfAnnouncedRequest != nil && !isCarriedOut(request, record)
        case .pause, .resume, .unfence, .unintelligible: false
        }
    }

    /// Until when a request that another supervisor has announced a move for is left to it; nil: there is none, or no longer.
    ///
    /// Its requests may take long; until then it is not refused what may still be done.
    var endOfAnnouncedRequest: MonotonicTime? {
        guard let record = known.record, let request = records.announcedRequest, record.origin == .intended,
            record.writer != known.identity, let since = records.moves.recordSince
        else { return nil }
        let window = known.policy.verdictWindow
        let isRefused = if case .answered = requestRules(record).outcome(of: request) { true } else { false }
        let end = since + (isRefused ? max(window, Self.longestSwitch) : window)
        return now < end ? end : nil
    }

    /// Five requests at their deadlines, one after the other.
    private static let longestSwitch: Duration = .seconds(30)

    /// Whether a request is answered by what the record and the pods show.
    private func isCarriedOut(_ request: OperatorRequest, _ record: GroupRecord) -> Bool {
        if case .answered(let next) = requestRules(record).outcome(of: request) {
            return next.answers.last?.outcome == .done
        }
        return false
    }

    /// That the pending request is answered by a record that was stored.
    func answers(toldBy stored: GroupRecord) -> [Effect] { endOfPause(toldBy: stored) + answer(toldBy: stored) }

    /// A pause that is over is told once the record says so: until then it is written anew whenever the record changes.
    private func endOfPause(toldBy stored: GroupRecord) -> [Effect] {
        guard let end = known.records.pauseEnd, end <= now, stored.pause == nil else { return [] }
        if case .resume = known.record?.request?.action { return [] }
        return [.report(.pauseEnded)]
    }

    private func answer(toldBy stored: GroupRecord) -> [Effect] {
        guard let request = known.record?.request, let answer = stored.answers.last(where: { $0.id == request.id }),
            stored.request?.id != request.id
        else { return [] }
        return [.report(.answered(request, answer))]
    }

    // MARK: Records

    /// Whether no epoch is left.
    var isExhausted: Bool { records.isExhausted(view.highestEpoch) }

    /// The epoch of a move that this supervisor announced and did not go on with; nil: none.
    var announcedInVain: Epoch? { records.announcedInVain(by: known.identity, view) }

    /// The record that names a member as found active.
    func record(of adoption: Adoption) -> GroupRecord {
        var adopted = successor(naming: adoption.active, .adopted, because: "found active")
        for epoch in withdrawn(by: adoption) {
            adopted.history.removeAll { $0.epoch == epoch }
            adopted.hooks.removeAll { $0.epoch == epoch }
        }
        let ground = record(without: withdrawn(by: adoption))
        if let ground, let move = view.untoldMove(to: adoption.active, by: ground) {
            adopted.remember(move, limit: longestHistory)
            adopted.hooks = hooksOwed(for: move, to: NamedPod(adoption.active), after: ground, by: adopted)
        }
        if let fenced = adoption.fenced { adopted.fenced = fenced }
        if let answer = adoption.answer { adopted.answer(answer) }
        return adopted
    }

    /// The record as it was before moves were announced that are taken back: a slice may have told of another meanwhile.
    private func record(without epochs: [Epoch]) -> GroupRecord? {
        guard var record = known.record, epochs.contains(record.epoch) else { return known.record }
        let last = record.history.last { !epochs.contains($0.epoch) }
        record.epoch = last?.epoch ?? Epoch(0)
        record.holder = last?.target.map { name in
            GroupRecord.Holder(name: name, id: view.all.first { $0.name == name }?.id)
        }
        return record
    }

    /// The epochs of moves that are taken back with it.
    func withdrawn(by adoption: Adoption) -> [Epoch] { [adoption.withdrawing, announcedInVain].compactMap(\.self) }

    /// The record that announces a move.
    func intent(of beginning: Beginning) -> GroupRecord {
        let move = beginning.move
        var intent = successor(of: beginning.base, naming: move.target, .intended, because: move.cause.description)
        if let announcedInVain {
            intent.history.removeAll { $0.epoch == announcedInVain }
            intent.hooks.removeAll { $0.epoch == announcedInVain }
        }
        if let untold = known.record.flatMap(view.untoldMove(by:)) {
            intent.remember(untold, limit: longestHistory)
            intent.hooks = hooksOwed(for: untold, to: view.published.first, after: known.record, by: intent)
        }
        // Who left while it was active is found by its name after a restart.
        let from = (view.actives + view.departed).map(\.name) + untoldStrangers.map(\.name)
        var entry = MoveEntry(epoch: intent.epoch, from: from, target: move.target?.name, cause: move.cause)
        entry.failing = failing(before: move)
        entry.request = beginning.refusal == nil ? beginning.request?.id : nil
        intent.remember(entry, limit: longestHistory)
        let target = move.target.map(NamedPod.init)
        intent.hooks = hooksOwed(for: entry, to: target, after: known.record, by: intent)
        intent.outgoing = outgoing(before: move, at: intent.epoch)
        return intent
    }

    /// The move to a member that a slice shows, and the record does not tell of; nil: there is none.
    func untoldMove(to active: Member) -> MoveEntry? {
        known.record.flatMap { view.untoldMove(to: active, by: $0) }
    }

    /// Who is active by a move that nobody told of, and is no member as far as is known.
    var untoldStrangers: [NamedPod] {
        known.record.flatMap(view.untoldMove(by:)) == nil ? [] : view.strangers
    }

    private var longestHistory: Int {
        max(MoveEntry.limit, min(known.policy.flap.maxMoves, Self.mostMoves))
    }

    /// How long the active member has failed that a move leaves because of its probes.
    private func failing(before move: Decision.Move) -> Duration? {
        guard [.activeUnhealthy, .activeUnknown].contains(move.cause), view.actives.count == 1 else { return nil }
        return view.actives.first.flatMap { rules(known.record).failingSince($0) }.map { now.since($0) }
    }

    /// Moves that a record remembers at most: some 40 KB of the 256 KiB that annotations may have.
    private static let mostMoves = 200

    private func successor(
        of base: GroupRecord? = nil,
        naming holder: Member?,
        _ origin: GroupRecord.Origin,
        because reason: String
    ) -> GroupRecord {
        var next = records.successor(
            of: base,
            naming: holder,
            origin,
            by: known.identity,
            above: view.highestEpoch,
            because: reason
        )
        next.attempt = nil
        return next
    }
}
