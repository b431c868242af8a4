/// What a group's machine has seen so far and a decision depends on.
struct GroupHistory: Sendable, Hashable {
    /// A move, by this supervisor or another.
    private struct Move: Sendable, Hashable {
        var at: MonotonicTime
        /// When its last write was acknowledged, as far as that is known; else when it was announced.
        var end: MonotonicTime
        var countsAsFlapping: Bool
    }

    /// What a member's labels said when it was seen last.
    private struct Sight: Sendable, Hashable {
        var role: Role?
        var epoch: Epoch?
        var version: ObjectVersion
    }

    /// Moves that are remembered at most; the file's bound of `maxSwitches`.
    private static let moveLimit = 1000

    /// Whether this process has ever seen one of the group's members active.
    private(set) var hasSeenActive = false
    /// Whether this process has ever seen one of the group's members healthy: its probes do reach somebody.
    private(set) var hasSeenHealthy = false
    /// Since when nobody is active although there is a candidate; nil while somebody is, or while there is none.
    private(set) var nobodyActiveSince: MonotonicTime?
    /// Since when the record is of the epoch that it is; nil before one was seen.
    private(set) var recordSince: MonotonicTime?
    private var moves: [Epoch: Move] = [:]
    private var sights: [Member.ID: Sight] = [:]
    /// When each member was first seen by this process.
    private var seenSince: [Member.ID: MonotonicTime] = [:]
    private var notReadySince: [Member.ID: MonotonicTime] = [:]
    /// Members that became active by no switch of any supervisor.
    private(set) var labelledByHand: Set<Member.ID> = []
    /// Members on which a role was written before, so that a missing one is drift.
    private(set) var labelled: Set<Member.ID> = []

    /// A member was found healthy.
    mutating func sawHealthy() {
        hasSeenHealthy = true
    }

    // MARK: Moves

    /// The record is of another epoch than before.
    mutating func epochChanged(at now: MonotonicTime) {
        recordSince = now
    }

    /// Takes in what the record remembers: each move once, at the time that it is first heard of, less its age.
    mutating func recorded(_ entries: [MoveEntry], at now: MonotonicTime) {
        for entry in entries where moves[entry.epoch] == nil {
            let at = MonotonicTime(nanoseconds: now.nanoseconds - min(now.nanoseconds, entry.age.wholeNanoseconds))
            let end = at + (entry.duration ?? .zero)
            moves[entry.epoch] = Move(at: at, end: end, countsAsFlapping: entry.cause.countsAsFlapping)
        }
        while moves.count > Self.moveLimit, let oldest = moves.keys.min() { moves[oldest] = nil }
    }

    /// A move of this supervisor is complete.
    mutating func completed(_ epoch: Epoch, at now: MonotonicTime) {
        moves[epoch]?.end = now
    }

    /// When a move was complete, as far as that is known; nil if the move is not known.
    func end(of epoch: Epoch) -> MonotonicTime? { moves[epoch]?.end }

    /// A move that was announced is not made.
    mutating func withdraw(_ epoch: Epoch) {
        moves[epoch] = nil
    }

    /// When the group moved last, as far as this process knows.
    var lastMove: MonotonicTime? { moves.values.lazy.map(\.at).max() }

    /// When it moved in a way that may be flapping, above an epoch.
    func flaps(after epoch: Epoch?) -> [MonotonicTime] {
        moves.filter { move in move.value.countsAsFlapping && (epoch.map { $0 < move.key } ?? true) }.map(\.value.at)
    }

    // MARK: Members

    /// A role was written on a member.
    mutating func wrote(_ id: Member.ID) {
        labelled.insert(id)
    }

    mutating func membersChanged(_ view: MemberView, under policy: GroupPolicy, at now: MonotonicTime) {
        labelled = labelled.filter { view[$0] != nil }
        noteHands(view)
        noteTimes(view, at: now)
        let hasActive = view.actives.contains { $0.lifecycle != .finished }
        if hasActive { hasSeenActive = true }
        let hasCandidate = view.all.map { Candidacy(of: $0, under: policy) }
            .contains { $0 == .candidate || $0.isLastResort }
        nobodyActiveSince = hasActive || !hasCandidate ? nil : nobodyActiveSince ?? now
    }

    private mutating func noteTimes(_ view: MemberView, at now: MonotonicTime) {
        let (seen, notReady) = (seenSince, notReadySince)
        seenSince = Dictionary(uniqueKeysWithValues: view.all.map { ($0.id, seen[$0.id] ?? now) })
        let others = view.all.filter { !$0.isReady }
        notReadySince = Dictionary(uniqueKeysWithValues: others.map { ($0.id, notReady[$0.id] ?? now) })
    }

    /// Since when a member is not Ready, as far as this process has seen; nil if it is.
    func notReadySince(_ id: Member.ID) -> MonotonicTime? { notReadySince[id] }

    /// Since when nothing speaks for a member: its last success, or when it was first seen; a restart does not change it.
    func silentSince(_ id: Member.ID, _ evidence: HealthEvidence?) -> MonotonicTime? {
        guard let seen = seenSince[id] else { return evidence?.lastSuccess }
        return max(seen, evidence?.lastSuccess ?? seen)
    }

    /// A member that becomes active and keeps its epoch was labelled by somebody who is no supervisor.
    private mutating func noteHands(_ view: MemberView) {
        let previous = sights
        sights = [:]
        for member in view.all {
            sights[member.id] = Sight(role: member.role, epoch: member.epoch, version: member.version)
            guard member.role == .active else {
                labelledByHand.remove(member.id)
                continue
            }
            guard let before = previous[member.id], before.version < member.version else { continue }
            if before.epoch != member.epoch {
                labelledByHand.remove(member.id)
            } else if before.role != .active {
                labelledByHand.insert(member.id)
            }
        }
        labelledByHand = labelledByHand.filter { view[$0] != nil }
    }
}
