/// What this process has seen of a group's members so far, beside what they are now.
struct MemberHistory: Sendable, Hashable {
    /// What a member's labels said when it was seen last.
    private struct Sight: Sendable, Hashable {
        var role: Role?
        var epoch: Epoch?
        var version: ObjectVersion
    }

    /// Whether this process has ever seen one of the group's members active.
    private(set) var hasSeenActive = false
    /// Whether this process has ever seen one of the group's members healthy: its probes do reach somebody.
    private(set) var hasSeenHealthy = false
    /// Since when no member is active that is not finished; nil while one is.
    private(set) var unservedSince: MonotonicTime?
    /// Since when that is so although there is a candidate; nil while somebody is active, or while there is none.
    private(set) var nobodyActiveSince: MonotonicTime?
    private var sights: [Member.ID: Sight] = [:]
    /// When each member was first seen by this process.
    private var seenSince: [Member.ID: MonotonicTime] = [:]
    private var notReadySince: [Member.ID: MonotonicTime] = [:]
    /// When this process saw each active member become active; none for those that were found active.
    private var activeSince: [Member.ID: MonotonicTime] = [:]
    /// Members that became active by no switch of any supervisor.
    private(set) var labelledByHand: Set<Member.ID> = []
    /// Members on which a role was written before, so that a missing one is drift.
    private(set) var labelled: Set<Member.ID> = []
    /// Members whose promotion the API server denied, until a role is stored on them.
    private var refusals: [Member.ID: Refusal] = [:]
    /// Those of them that are not to be tried yet.
    private var refused: Set<Member.ID> = []
    /// Pods of which each container was seen terminated, and none will run again; the last ones, where somebody asks.
    private var stopped: [Member.ID] = []

    /// Pods were seen to have stopped, whether they are still there or not.
    mutating func sawStopped(_ ids: [Member.ID]) {
        let new = ids.filter { !stopped.contains($0) }
        if !new.isEmpty { stopped = (stopped + new).suffix(Self.mostStopped) }
    }

    /// More pods than a group loses within one move.
    private static let mostStopped = 32

    /// Whether a pod was seen to have stopped.
    func hasStopped(_ id: Member.ID) -> Bool { stopped.contains(id) }

    /// A member was found healthy.
    mutating func sawHealthy() {
        hasSeenHealthy = true
    }

    /// A role is written on a member.
    mutating func wrote(_ id: Member.ID) {
        labelled.insert(id)
    }

    /// A role was stored on a member.
    mutating func stored(_ id: Member.ID) {
        refusals[id] = nil
        refused.remove(id)
    }

    /// The API server denied the promotion of a member.
    mutating func wasRefused(_ id: Member.ID, at now: MonotonicTime) {
        if refused.insert(id).inserted {
            refusals[id] = Refusal(since: now, count: min((refusals[id]?.count ?? 0) + 1, Refusal.mostDoublings))
        }
    }

    /// Whether the API server denied the promotion of a member a short time ago.
    func isRefused(_ id: Member.ID) -> Bool { refused.contains(id) }

    /// That a promotion was denied, and how often after it was forgotten for a while.
    private struct Refusal: Sendable, Hashable {
        static let mostDoublings = 6

        var since: MonotonicTime
        var count: Int

        /// When the member may be tried again: after a minute, doubling.
        var end: MonotonicTime { since + .seconds(60) * (1 << (count - 1)) }
    }

    /// The members are these now.
    mutating func saw(_ members: [Member.ID: Member], under policy: GroupPolicy, at now: MonotonicTime) {
        if policy.waitsForOutgoing { sawStopped(members.values.filter(\.hasStopped).map(\.id)) }
        labelled = labelled.filter { members[$0] != nil }
        refusals = refusals.filter { members[$0.key] != nil }
        refused = refused.filter { refusals[$0].map { now < $0.end } ?? false }
        noteTimes(members, at: now)
        noteHands(members)
        let isServed = members.values.contains { $0.role == .active && $0.lifecycle != .finished }
        if isServed { hasSeenActive = true }
        unservedSince = isServed ? nil : unservedSince ?? now
        let hasCandidate = members.values.lazy.map { Candidacy(of: $0, under: policy) }
            .contains { $0 == .candidate || $0.isLastResort }
        nobodyActiveSince = isServed || !hasCandidate ? nil : nobodyActiveSince ?? now
    }

    private mutating func noteTimes(_ members: [Member.ID: Member], at now: MonotonicTime) {
        let (seen, notReady) = (seenSince, notReadySince)
        seenSince = members.mapValues { seen[$0.id] ?? now }
        notReadySince = members.filter { !$0.value.isReady }.mapValues { notReady[$0.id] ?? now }
        activeSince = activeSince.filter { members[$0.key]?.role == .active }
        for member in members.values where member.role == .active {
            if let before = sights[member.id], before.role != .active { activeSince[member.id] = now }
        }
    }

    /// Since when a member is not Ready, as far as this process has seen; nil if it is.
    func notReadySince(_ id: Member.ID) -> MonotonicTime? { notReadySince[id] }

    /// When this process saw a member become active; nil: it is not, or was found active.
    func activeSince(_ id: Member.ID) -> MonotonicTime? { activeSince[id] }

    /// When a member was first seen; nil: it is not known.
    func seenSince(_ id: Member.ID) -> MonotonicTime? { seenSince[id] }

    /// A member that becomes active and keeps its epoch was labelled by somebody who is no supervisor.
    private mutating func noteHands(_ members: [Member.ID: Member]) {
        let previous = sights
        sights = members.mapValues { Sight(role: $0.role, epoch: $0.epoch, version: $0.version) }
        labelledByHand = labelledByHand.filter { members[$0]?.role == .active }
        for member in members.values where member.role == .active {
            guard let before = previous[member.id], before.version < member.version else { continue }
            if before.epoch != member.epoch {
                labelledByHand.remove(member.id)
            } else if before.role != .active {
                labelledByHand.insert(member.id)
            }
        }
    }
}
