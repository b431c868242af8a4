/// The hooks that the record owes, and what became of them in this process.
///
/// One pod has one call under way at a time. What has ended stays here until the record says no more that it is owed, so that it is run
/// again by nobody but a process that knows nothing of it.
struct OwedHooks: Sendable, Hashable {
    /// Calls that a record owes at most.
    static let limit = 16
    /// The pauses after which a call is tried again that a promotion waits for grow from one to the other.
    private static let (shortestPause, longestPause) = (Duration.seconds(1), Duration.seconds(10))

    /// How far a call is.
    private enum Stage: Sendable, Hashable {
        /// To be run as soon as it is due.
        case waiting
        /// Being run.
        case running(OperationID)
        /// To be run again after a while; `failure`: why all tries failed, nil: it was not sent.
        case pausing(OperationID, failure: String?)
        /// Not to be run any more.
        case ended
    }

    private struct Entry: Sendable, Hashable {
        var call: HookCall
        var stage = Stage.waiting
        /// Whether the record owes it.
        var isOnRecord: Bool
        /// Whether the next record is to owe it, because it came up after the announcement of its move.
        var isNew = false
        /// Pauses so far.
        var pauses = 0
        var isHeldReported = false

        /// Whether it is remembered although a record says nothing of it.
        func outlives(_ record: GroupRecord?) -> Bool {
            switch stage {
            case .running: true
            case .waiting, .pausing: isNew
            // It may come up again in the same switch.
            case .ended: isNew && call.epoch == record?.epoch
            }
        }

        /// Whether somebody still wants it.
        var isOwed: Bool { (isOnRecord || isNew) && stage != .ended }
    }

    /// By epoch.
    private var entries: [Entry] = []

    // MARK: The record

    /// Nothing is owed.
    init() {}

    /// What a record owes, and what is still under way of what was owed before; nil if that is nothing.
    ///
    /// `isLost`: the record is another Lease's than before: nobody took off what is owed.
    init?(by record: GroupRecord?, after known: OwedHooks?, isLost: Bool = false) {
        let (calls, before) = (record?.hooks ?? [], known?.entries ?? [])
        for call in calls {
            var entry = before.first { $0.call.isSame(as: call) } ?? Entry(call: call, isOnRecord: true)
            (entry.call, entry.isOnRecord, entry.isNew) = (call, true, false)
            entries.append(entry)
        }
        for var entry in before where !calls.contains(where: { $0.isSame(as: entry.call) }) {
            if isLost, entry.isOwed { entry.isNew = true }
            entry.isOnRecord = false
            if entry.outlives(record) { entries.append(entry) }
        }
        if entries.isEmpty { return nil }
        entries.sort { $0.call.epoch < $1.call.epoch }
    }

    /// What the next record is to owe, the newest of too many.
    var owed: [HookCall] { Self.bounded(entries.filter(\.isOwed).map(\.call)) }

    /// Not more than may be owed: the oldest promotions go first, for somebody may wait for a demotion.
    static func bounded(_ calls: [HookCall]) -> [HookCall] {
        var calls = calls
        while calls.count > limit, let newest = calls.last {
            calls.remove(at: calls.firstIndex { $0.kind == .promote && $0.epoch < newest.epoch } ?? 0)
        }
        return calls
    }

    /// Whether the record owes what has ended, and nothing is under way that will end soon.
    var isToBeRecorded: Bool {
        let isAnyUnderWay = entries.contains { entry in
            switch entry.stage {
            case .running, .pausing(_, nil): true
            case .waiting, .pausing, .ended: false
            }
        }
        return !isAnyUnderWay && entries.contains { $0.isOnRecord && $0.stage == .ended }
    }

    /// A pod was active after its demotion was announced, and is demoted by the same move.
    ///
    /// Nothing is owed twice.
    mutating func owe(_ call: HookCall) {
        let isKnown = entries.contains { entry in
            entry.call.kind == call.kind && entry.call.id == call.id && (entry.isOwed || entry.call.epoch == call.epoch)
        }
        if !isKnown { entries.append(Entry(call: call, isOnRecord: false, isNew: true)) }
    }

    // MARK: What waits for them

    /// The pods before whose hooks have ended nobody is promoted.
    func awaited(by requirement: HookRequirement) -> Set<Member.ID> {
        let calls = entries.filter { entry in
            guard entry.isOwed, entry.call.kind == .demote else { return false }
            if case .pausing(_, .some) = entry.stage { return requirement.onTimeout == .hold }
            return true
        }
        return Set(calls.map(\.call.id))
    }

    /// Of these, those whose hooks failed so often that this was told.
    var held: Set<Member.ID> { Set(entries.filter { $0.isOwed && $0.isHeldReported }.map(\.call.id)) }

    // MARK: Running

    /// Whether an operation runs a call.
    func isRunning(_ id: OperationID) -> Bool { entries.contains { $0.stage == .running(id) } }

    /// The call that an operation runs; nil: none, or nobody wants it any more.
    func call(runBy id: OperationID) -> HookCall? { entries.first { $0.stage == .running(id) && $0.isOwed }?.call }

    /// Begins what is due, and ends what never will be.
    ///
    /// `holds`: whether a promotion waits for a call although it has failed.
    mutating func run(
        _ fate: (HookCall) -> HookFate,
        holds: (HookCall) -> Bool,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        var effects: [Effect] = []
        let fates = entries.map { $0.isOwed ? fate($0.call) : .waits }
        for index in entries.indices where entries[index].isOwed {
            let call = entries[index].call
            if case .running = entries[index].stage { continue }
            if case .dropped(let drop) = isToldAnew(index, fates) ? .dropped(.overtaken) : fates[index] {
                effects += end(index, .hookDropped(call, drop))
            } else if case .pausing(_, let failure?) = entries[index].stage, !holds(call) {
                effects += end(index, .hookFailed(call, failure))
            } else if entries[index].stage == .waiting, fates[index] == .due, !isBusy(call, fates) {
                let id = ids.next()
                entries[index].stage = .running(id)
                effects.append(.runHook(id, call))
            }
        }
        return effects
    }

    /// Whether a later call tells a pod the same, now or already.
    private func isToldAnew(_ index: Int, _ fates: [HookFate]) -> Bool {
        let call = entries[index].call
        guard fates[index] == .due else { return false }
        return entries.indices.contains { other in
            let (later, isEnded) = (entries[other].call, entries[other].stage == .ended)
            return later.kind == call.kind && later.id == call.id && call.epoch < later.epoch
                && (isEnded || fates[other] == .due)
        }
    }

    /// A demotion does not wait for what is run for a promotion that is over.
    private func isBusy(_ call: HookCall, _ fates: [HookFate]) -> Bool {
        entries.indices.contains { index in
            guard case .running = entries[index].stage, entries[index].call.id == call.id else { return false }
            return call.kind == .promote || entries[index].call.kind == .demote || fates[index] == .due
        }
    }

    /// A call was run, or was not.
    ///
    /// `holds`: whether a promotion waits for it although it has failed.
    mutating func ran(
        _ id: OperationID,
        _ outcome: HookOutcome,
        holds: (HookCall) -> Bool,
        at now: MonotonicTime,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        guard let index = entries.firstIndex(where: { $0.stage == .running(id) }) else { return [] }
        let call = entries[index].call
        switch outcome {
        case .succeeded: return end(index, .hookSucceeded(call))
        case .gone: return end(index, .hookDropped(call, .gone))
        case .failed(let reason) where holds(call): return hold(index, because: reason, at: now, &ids)
        case .failed(let reason): return end(index, .hookFailed(call, reason))
        case .notSent:
            let timer = ids.next()
            defer { entries[index].pauses += 1 }
            entries[index].stage = .pausing(timer, failure: nil)
            return [.startBackoff(timer, attempt: entries[index].pauses, atLeast: .zero)]
        }
    }

    private mutating func end(_ index: Int, _ report: Report) -> [Effect] {
        entries[index].stage = .ended
        return [.report(report)]
    }

    private mutating func hold(
        _ index: Int,
        because reason: String,
        at now: MonotonicTime,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        let timer = ids.next()
        let pause = min(Self.shortestPause * (1 << min(entries[index].pauses, 4)), Self.longestPause)
        entries[index].pauses += 1
        entries[index].stage = .pausing(timer, failure: reason)
        let report: [Effect] =
            entries[index].isHeldReported ? [] : [.report(.hookHeld(entries[index].call, reason))]
        entries[index].isHeldReported = true
        return report + [.startTimer(timer, at: now + pause)]
    }

    /// A wait is over.
    ///
    /// - Returns: whether a call waited for that.
    mutating func resume(after id: OperationID) -> Bool {
        for index in entries.indices {
            if case .pausing(id, _) = entries[index].stage {
                entries[index].stage = .waiting
                return true
            }
        }
        return false
    }
}

/// What is to become of a call now.
enum HookFate: Sendable, Hashable {
    /// It is not known yet whether its change of role will be made.
    case waits
    /// The pod's role is what the call tells.
    case due
    /// It will never be that.
    case dropped(HookDrop)
}
