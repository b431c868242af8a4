/// What a group's machine has seen so far and a decision depends on.
struct GroupHistory: Sendable, Hashable {
    /// Whether this process has ever seen one of the group's members active.
    private(set) var hasSeenActive = false
    /// Whether this process has ever seen one of the group's members healthy: its probes do reach somebody.
    private(set) var hasSeenHealthy = false
    /// Since when nobody is active although there is a candidate; nil while somebody is, or while there is none.
    private(set) var nobodyActiveSince: MonotonicTime?
    /// Since when each unhealthy member is unhealthy.
    private(set) var unhealthySince: [Member.ID: MonotonicTime] = [:]

    /// Since when the probes of a member contradict its health.
    private(set) var doubtedSince: [Member.ID: MonotonicTime] = [:]

    mutating func healthChanged(_ id: Member.ID, to health: Health, isDoubted: Bool, at now: MonotonicTime) {
        unhealthySince[id] = health == .unhealthy ? unhealthySince[id] ?? now : nil
        doubtedSince[id] = isDoubted ? doubtedSince[id] ?? now : nil
        if health == .healthy { hasSeenHealthy = true }
    }

    mutating func membersChanged(_ view: MemberView, under policy: GroupPolicy, at now: MonotonicTime) {
        unhealthySince = unhealthySince.filter { view[$0.key] != nil }
        doubtedSince = doubtedSince.filter { view[$0.key] != nil }
        let hasActive = view.actives.contains { $0.lifecycle != .finished }
        if hasActive { hasSeenActive = true }
        let hasCandidate = view.all.contains { Candidacy(of: $0, under: policy) == .candidate }
        nobodyActiveSince = hasActive || !hasCandidate ? nil : nobodyActiveSince ?? now
    }
}
