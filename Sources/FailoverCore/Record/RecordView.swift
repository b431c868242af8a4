/// What the group knows of its record: as read, as the informer shows it, as far as it is to be trusted; and what the record
/// does not say yet.
struct RecordView: Sendable, Hashable {
    /// A pause that is under way.
    private struct PauseTimer: Sendable, Hashable {
        let id: String
        /// Nil: until further notice.
        let end: MonotonicTime?
    }

    /// The newest record known, with what is to be told of by it; nil before it was read, or if there is none.
    private(set) var stored: StoredRecord?
    /// Moves that a slice shows, and that the record on the API server does not tell of; nil: there are none.
    @Seldom private var untold: UntoldMoves?
    /// The highest epoch at which a move was begun that no record announced; 0: none was.
    private var unannounced = Epoch(0)
    /// The highest epoch that any record had, so far as this process knows.
    private(set) var highestEpoch: Epoch?
    /// Whether the informer showed that the record is gone, or was set back, since it was read.
    private(set) var isInDoubt = false
    private var hasRead = false
    /// The newest record that the informer showed and that was not taken over yet.
    @Seldom private var observed: StoredRecord?
    /// The pause on record that is under way.
    private var pause: PauseTimer?
    /// What the record does not say yet of the last move.
    @Seldom private(set) var completion: Completion?
    /// Whom the first record that was read names, until they were looked for.
    private(set) var firstHolders: [GroupRecord.Holder] = []
    /// The moves that records held, and those of this supervisor.
    private(set) var moves = MoveHistory()
    /// The highest pod epoch for which the record was read again already.
    private var confirmedEpoch: Epoch?
    /// How long is waited for the pods that may still act as active; nil: there are none.
    @Seldom private(set) var outgoing: OutgoingWait?
    /// Who was waited for by a record whose Lease is gone, until a record of another epoch says who is; nil: none.
    @Seldom private(set) var outgoingOfLost: [OutgoingMember]?
    /// The hooks that are owed, and what became of them; nil: none are.
    @Seldom private(set) var hooks: OwedHooks?
    /// Operations on the record that failed in a row.
    private var failedAttempts = 0
    /// How far above everything that is known the successor of a lost Lease begins.
    private let jump: Int

    /// Nothing is known of a record; `jump`: more switches than can be under way unseen.
    init(jump: Int = 1000) {
        self.jump = jump
    }

    /// What the record says.
    var record: GroupRecord? { stored?.record }
    /// Pods that an operator fenced.
    var fenced: Set<String> { record?.fenced ?? [] }

    // MARK: What comes in

    /// A record was read, written or seen.
    mutating func took(_ read: StoredRecord?, at now: MonotonicTime) {
        var newest = read
        if let untold {
            newest = read.flatMap { untold.told(in: $0, insteadOf: stored) }
            if newest == nil { (self.untold, newest) = (nil, read) }
        }
        take(newest, at: now)
    }

    /// A slice shows a move that the record says nothing of: from now on it is as if the record said so.
    mutating func madeUnannounced(_ move: GroupRecord, at now: MonotonicTime) {
        guard let stored else { return }
        untold = UntoldMoves(since: untold?.since ?? stored.record.epoch, record: move)
        take(StoredRecord(record: move, version: stored.version), at: now)
    }

    /// A move that no record announces began at an epoch.
    mutating func beganUnannounced(at epoch: Epoch) {
        unannounced = max(unannounced, epoch)
    }

    /// Whether the record on the API server does not tell of a move that a slice shows.
    var isBehind: Bool { untold != nil }

    private mutating func take(_ newest: StoredRecord?, at now: MonotonicTime) {
        if newest?.record.epoch != record?.epoch { moves.epochChanged(at: now) }
        if !hasRead { firstHolders = newest?.record.holders ?? [] }
        hasRead = true
        if let newest, let before = stored, newest.version.uid == before.version.uid {
            let last = newest.record.history.last?.epoch ?? Epoch(0)
            for entry in before.record.history where last < entry.epoch { moves.withdraw(entry.epoch) }
        }
        let isLost = stored.map { $0.version.uid != newest?.version.uid } ?? false
        if isLost || newest?.record.epoch != record?.epoch {
            outgoingOfLost = isLost && !isMade ? record?.outgoing : nil
        }
        stored = newest
        if observed?.version == newest?.version { observed = nil }
        highestEpoch = max(highestEpoch ?? Epoch(0), newest?.record.epoch ?? Epoch(0))
        let found = newest.flatMap { $0.record.origin == .adopted ? $0.record.holder?.name : nil }
        moves.recorded(newest?.record.history ?? [], found: found, at: now)
        let wanted = newest?.record.pause
        // One that was written by hand has no name, and may be another each time.
        if wanted?.id != pause?.id || wanted?.id.isEmpty ?? false {
            pause = wanted.map { PauseTimer(id: $0.id, end: $0.rest.map { now + $0 }) }
        }
        if completion?.isTold(by: record) ?? false { completion = nil }
        if outgoing != nil || record?.outgoing.isEmpty == false {
            outgoing = OutgoingWait(record?.outgoing ?? [], after: outgoing, at: now)
        }
        if hooks != nil || record?.hooks.isEmpty == false {
            hooks = OwedHooks(by: record, after: hooks, isLost: isLost)
        }
    }

    /// The members are these now.
    mutating func noteDemotions(_ view: MemberView, at now: MonotonicTime) { outgoing?.look(at: view, now) }

    /// An operation on the record succeeded, so that what it says is certain.
    mutating func succeeded() {
        failedAttempts = 0
    }

    /// An operation on the record failed.
    ///
    /// - Returns: how many did before it, in a row.
    mutating func failed() -> Int {
        defer { failedAttempts += 1 }
        return failedAttempts
    }

    /// It is being read, or there is none: what was in doubt or was seen before does not count.
    mutating func beginReading() {
        isInDoubt = false
    }

    /// The informer shows the record, or that there is none.
    ///
    /// `isRelist`: whether the source started anew, so that an older version means a server that was set back.
    /// - Returns: whether it has to be read.
    mutating func saw(_ shown: StoredRecord?, isRelist: Bool) -> Bool {
        if shown == nil || isRelist {
            guard shown?.version != stored?.version else { return false }
            isInDoubt = true
            return true
        }
        // What it wrote itself is shown to the group as well.
        observed = shown?.version == stored?.version ? nil : shown
        return false
    }

    /// Whether the informer showed something newer than what is known.
    var isNewsSeen: Bool { observed.map(isNews) ?? false }

    /// The epoch of that; nil: nothing newer was seen.
    var observedEpoch: Epoch? { observed.flatMap { isNews($0) ? $0.record.epoch : nil } }

    /// What operators ask for by the newest record that was read or seen.
    var pendingRequest: OperatorRequest? { (isNewsSeen ? observed?.record : record)?.request }

    /// Who is fenced by it.
    var pendingFenced: Set<String> { (isNewsSeen ? observed?.record : record)?.fenced ?? [] }

    /// Takes over what the informer showed while something else was under way.
    mutating func takeObserved(at now: MonotonicTime) {
        defer { observed = nil }
        if let observed, isNews(observed) { took(observed, at: now) }
    }

    /// What the informer showed may be what a write was in conflict with, or older: it does not count.
    mutating func dropObserved() {
        observed = nil
    }

    private func isNews(_ seen: StoredRecord) -> Bool {
        stored.map { $0.version.version < seen.version.version } ?? true
    }

    /// Those whom the first record names are being looked for.
    mutating func askedForFirstHolders() {
        firstHolders = []
    }

    // MARK: Pauses and requests

    /// Whether an operator's pause is under way.
    func isPaused(at now: MonotonicTime) -> Bool { pause.map { $0.end.map { now < $0 } ?? true } ?? false }

    /// When the pause ends by itself; nil: there is none, or not.
    var pauseEnd: MonotonicTime? { pause?.end }

    // MARK: Hooks

    /// Those that are owed, passed to `body` by reference; nothing if none are.
    mutating func withHooks<Result>(_ body: (inout OwedHooks) -> Result) -> Result? {
        guard var owed = hooks else { return nil }
        defer { hooks = owed }
        return body(&owed)
    }

    /// One came up after the announcement of its move.
    mutating func owe(_ call: HookCall) {
        var owed = hooks ?? OwedHooks()
        owed.owe(call)
        hooks = owed
    }

    // MARK: Moves

    /// A move of this supervisor is complete; how it ended is not on record yet.
    mutating func completed(_ completion: Completion, at now: MonotonicTime) {
        moves.completed(completion.move.epoch, isRedirected: completion.move.cause == .targetRefused, at: now)
        self.completion = completion
    }

    /// The record with the last moves and the end of the last one; nil: it holds all that already, or there is none.
    func toldOfCompletion() -> GroupRecord? {
        guard var next = record else { return nil }
        if let completion, !completion.isTold(by: next) {
            next = completion.told(in: next)
        } else if !isBehind, hooks?.isToBeRecorded != true {
            return nil
        }
        next.hooks = hooks?.owed ?? []
        return next
    }

    /// The holder on record is active at the record's epoch.
    mutating func sawMade() {
        if let record { moves.sawMade(record.epoch) }
    }

    /// A move that was announced is not made.
    mutating func withdraw(_ epoch: Epoch) { moves.withdraw(epoch) }

    /// A voluntary move met a refusal, and was withdrawn.
    mutating func withdrewVoluntaryMove(at now: MonotonicTime) {
        moves.withdrewVoluntaryMove(at: now)
    }

    // MARK: Epochs

    /// Whether the record must be read once more, because a pod shows an epoch that it does not know; once for each.
    mutating func mustConfirm(_ highest: Epoch?) -> Bool {
        guard let highest, highest > record?.epoch ?? Epoch(0) else { return false }
        if let confirmedEpoch, confirmedEpoch >= highest { return false }
        confirmedEpoch = highest
        return true
    }

    /// Whether a pod's epoch is met for the first time, so that it is believed once, however far above it is.
    mutating func isNews(_ epoch: Epoch?) -> Bool {
        guard let epoch, epoch > confirmedEpoch ?? Epoch(0) else { return false }
        confirmedEpoch = epoch
        return true
    }

    /// The epoch of the next record: above every one that a record or a pod shows.
    ///
    /// A Lease that was deleted, restored from a backup or given an impossible epoch no longer orders epochs: whoever
    /// announced one on it may still be writing pods. Its successor begins far above all of which anything is known.
    func nextEpoch(above pods: Epoch?) -> Epoch {
        let known = highest(pods)
        return max(isLost(pods) ? known.advanced(by: jump) : known.next, unannounced.next)
    }

    /// Whether no epoch is left for a switch: one that is used twice would order nothing, so that nothing is written but what
    /// keeps every role as it is.
    func isExhausted(_ pods: Epoch?) -> Bool { highest(pods) == .last }

    /// Whether the record is older than something that is known.
    private func isLost(_ pods: Epoch?) -> Bool { (record?.epoch ?? Epoch(0)) < highest(pods) }

    private func highest(_ pods: Epoch?) -> Epoch { max(highestEpoch ?? Epoch(0), pods ?? Epoch(0)) }

    // MARK: Successors

    /// A record of the next epoch, with what was to be remembered of the last.
    ///
    /// `base`: what it is made from; nil: the newest record.
    /// `pods`: the highest epoch on a pod.
    func successor(
        of base: GroupRecord? = nil,
        naming holder: Member?,
        _ origin: GroupRecord.Origin,
        by writer: String,
        above pods: Epoch?,
        because reason: String
    ) -> GroupRecord {
        let epoch = nextEpoch(above: pods)
        let plain = GroupRecord(holder: nil, epoch: Epoch(0), origin: origin, writer: writer, reason: reason)
        let known = base ?? record ?? plain
        var next = completion?.told(in: known) ?? known
        next.holder = holder.map { .init(name: $0.name, id: $0.id) }
        next.epoch = epoch
        next.origin = origin
        next.writer = writer
        next.reason = reason
        next.hooks = hooks?.owed ?? []
        next.announced.note(epoch, origin == .intended ? holder?.id : nil, afterLoss: isLost(pods))
        return next
    }
}
