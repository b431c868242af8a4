/// What the machine makes of records, and what it writes into them.
extension GroupStateMachine {
    /// A record was read, written or seen.
    mutating func took(_ stored: StoredRecord?, at now: MonotonicTime) {
        if stored?.record.epoch != record?.record.epoch { history.epochChanged(at: now) }
        record = stored
        highestRecorded = max(highestRecorded ?? Epoch(0), stored?.record.epoch ?? Epoch(0))
        view.believe(upTo: (highestRecorded ?? Epoch(0)).highestBelievable)
        let fenced = stored?.record.fenced ?? []
        if fenced != policy.fenced {
            policy.fenced = fenced
            history.membersChanged(view, under: policy, at: now)
        }
        history.recorded(stored?.record.history ?? [], at: now)
        let wanted = stored?.record.pause
        if wanted?.id != pause?.id { pause = wanted.map { PauseTimer(id: $0.id, end: $0.rest.map { now + $0 }) } }
        if let completion, completion.isTold(by: stored?.record) { self.completion = nil }
    }

    /// The informer shows the group's Lease, or that there is none.
    ///
    /// `isRelist`: whether the source started anew, so that an older version means a server that was set back.
    package mutating func recordObserved(
        _ stored: StoredRecord?,
        isRelist: Bool = false,
        at now: MonotonicTime
    ) -> [Effect] {
        if stored == nil || isRelist {
            guard stored?.version != record?.version else { return [] }
            isRecordInDoubt = true
            if case .settled = phase { return readRecord() }
            return []
        }
        observed = stored
        switch phase {
        case .settled: return isNews(stored) ? evaluate(at: now) : []
        case .switching(let progress):
            guard case .assigning = progress.step, let epoch = stored?.record.epoch, epoch > progress.epoch else {
                return []
            }
            return [.report(.steppedBack)] + readRecord()
        case .initial, .readingRecord, .backingOff, .recording: return []
        }
    }

    /// Takes over what the informer showed while something else was under way.
    mutating func takeObserved(at now: MonotonicTime) {
        defer { observed = nil }
        if let observed, isNews(observed) { took(observed, at: now) }
    }

    private func isNews(_ stored: StoredRecord?) -> Bool {
        guard let stored else { return false }
        return record.map { $0.version.version < stored.version.version } ?? true
    }

    /// Above every epoch that the record or a pod shows.
    ///
    /// A Lease that was deleted, restored from a backup or given an impossible epoch no longer orders epochs: whoever
    /// announced one on it may still be writing pods. Its successor begins far above all of which anything is known.
    var nextEpoch: Epoch {
        let known = highestEpoch
        let isLost = record.map { $0.record.epoch < known } ?? (known > Epoch(0))
        return isLost ? known.advanced(by: Self.epochsOfALostLease) : known.next
    }

    /// The highest epoch that the record or a pod ever showed.
    private var highestEpoch: Epoch { max(highestRecorded ?? Epoch(0), view.highestEpoch ?? Epoch(0)) }

    /// Whether no epoch is left for a switch: one that is used twice would order nothing, so that nothing is written but what
    /// keeps every role as it is.
    var isExhausted: Bool { highestEpoch == .last }

    /// More switches than can be under way unseen.
    private static let epochsOfALostLease = 1000

    /// A record of the next epoch, with what was to be remembered of the last.
    func successor(
        of base: GroupRecord?,
        naming holder: Member?,
        _ origin: GroupRecord.Origin,
        because reason: String
    ) -> GroupRecord {
        let plain = GroupRecord(holder: nil, epoch: nextEpoch, origin: origin, writer: identity, reason: reason)
        let known = base ?? plain
        var next = completion?.told(in: known) ?? known
        if let vain = announcedInVain { next.history.removeAll { $0.epoch == vain } }
        next.holder = holder.map { .init(name: $0.name, id: $0.id) }
        next.epoch = nextEpoch
        next.origin = origin
        next.writer = identity
        next.reason = reason
        return next
    }

    /// The epoch of a move that this supervisor announced, and for which no pod was written, so that another is active alone;
    /// nil: none.
    ///
    /// Of another's announcement it is not known whether it is not being carried out just now.
    var announcedInVain: Epoch? {
        guard let record = record?.record, record.origin == .intended, let last = record.history.last,
            record.writer == identity, last.epoch == record.epoch, last.duration == nil, completion == nil,
            view.actives.count == 1, view.actives.first?.name != last.target
        else { return nil }
        return record.epoch > view.highestEpoch ?? Epoch(0) ? record.epoch : nil
    }

    /// Writes a record that moves nothing.
    mutating func write(_ next: GroupRecord, adopting active: Member? = nil) -> [Effect] {
        let id = ids.next()
        phase = .recording(id, adopting: active)
        return [.writeRecord(id, next, replacing: record?.version, urgency: .upkeep)]
    }

    /// Writes how the last move ended, if the record does not say so yet.
    mutating func recordCompletion() -> [Effect] {
        guard let completion, let current = record?.record else { return [] }
        if completion.isTold(by: current) {
            self.completion = nil
            return []
        }
        return write(completion.told(in: current))
    }

    // MARK: Adoption

    /// `withdrawing`: an announced move that is taken back.
    mutating func adopt(_ active: Member, withdrawing announced: Epoch? = nil) -> [Effect] {
        if isExhausted { return [] }
        var adopted = successor(of: record?.record, naming: active, .adopted, because: "found active")
        adopted.history.removeAll { $0.epoch == announced }
        for epoch in [announced, announcedInVain].compactMap(\.self) { history.withdraw(epoch) }
        repairs = [:]
        return write(adopted, adopting: active)
    }

    // MARK: Orders

    /// Whether nothing is moved but what an operator orders.
    func isPaused(at now: MonotonicTime) -> Bool {
        if policy.isPaused { return true }
        return pause.map { $0.end.map { now < $0 } ?? true } ?? false
    }

    /// Carries out or answers what an operator asks for; nil if nothing is asked.
    mutating func carryOutOrder(at now: MonotonicTime) -> [Effect]? {
        guard let record = record?.record, let order = record.order else { return nil }
        // An order that was carried out is answered with the story of its move.
        if completion?.answer?.id == order.id { return recordCompletion() }
        switch orderRules(record, at: now).outcome(of: order) {
        case .move(let move, let base): return begin(move, at: now, on: base, order: order)
        case .waits: return nil
        case .answered(let next):
            if case .resume = order.action { suspension = nil }
            let answer = next.answers.last.map { [Effect.report(.answered(order, $0))] } ?? []
            return answer + write(next)
        }
    }

    /// The request that the record's announced move carries out; nil: none, or it is answered.
    var announcedOrder: Order? {
        guard let record = record?.record, let order = record.order, let last = record.history.last else { return nil }
        return last.epoch == record.epoch && last.order == order.id ? order : nil
    }

    /// Until when an operator's request waits for verdicts; nil if none does.
    func orderDeadline(at now: MonotonicTime) -> MonotonicTime? {
        guard let record = record?.record, let order = record.order,
            case .waits(let deadline) = orderRules(record, at: now).outcome(of: order)
        else { return nil }
        return deadline
    }

    func orderRules(_ record: GroupRecord, at now: MonotonicTime) -> OrderRules {
        OrderRules(rules: rules(record, at: now), record: record, isPausedByConfiguration: policy.isPaused)
    }

    /// Ends a pause whose time is over; nil if there is none.
    mutating func endPause(at now: MonotonicTime) -> [Effect]? {
        guard let end = pause?.end, var next = record?.record else { return nil }
        if now < end { return nil }
        next.pause = nil
        return [.report(.pauseEnded)] + write(next)
    }
}
