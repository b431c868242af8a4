/// What a group's machine has seen so far and a decision depends on.
struct GroupHistory: Sendable, Hashable {
    /// A move, by this supervisor or another.
    private struct Move: Sendable, Hashable {
        var at: MonotonicTime
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
            moves[entry.epoch] = Move(at: at, countsAsFlapping: entry.cause.countsAsFlapping)
        }
        while moves.count > Self.moveLimit, let oldest = moves.keys.min() { moves[oldest] = nil }
    }

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
        let hasActive = view.actives.contains { $0.lifecycle != .finished }
        if hasActive { hasSeenActive = true }
        let hasCandidate = view.all.contains { Candidacy(of: $0, under: policy) == .candidate }
        nobodyActiveSince = hasActive || !hasCandidate ? nil : nobodyActiveSince ?? now
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
