import FailoverCore

/// Which group writes the role of which pod: under one label key a pod belongs to one group.
///
/// A pure value. A group claims all its pods, or none: whoever came first keeps what it has, so that no reload takes a pod from
/// a group that runs, and whoever waits for one pod holds no other, so that nobody waits for it. Groups that start together come
/// in the order of the file, however their pods become known.
struct RoleClaims {
    /// One run of a group; a group that is started anew is another.
    struct Claimant: Sendable, Hashable {
        /// The group's name.
        var group: String
        /// Counted from the supervisor's start.
        var run: Int
    }

    /// Where groups can meet: the pods of one namespace under one label key.
    struct Scope: Sendable, Hashable {
        /// Where the pods are.
        var namespace: String
        /// The key of the role label.
        var key: String
    }

    /// What a group asks for.
    struct Wish: Sendable, Hashable {
        /// Two while one label key is changed for another.
        var scopes: Set<Scope>
        /// All pods of the group, those that it has and those that it wants.
        var pods: Set<Member.ID>
    }

    /// What it gets.
    enum Verdict: Sendable, Hashable {
        /// No other group writes the role of any of these pods.
        case granted
        /// It is not known yet, or the group that holds a pod is about to end.
        case pending
        /// Another group holds a pod.
        case contested(pod: Member.ID, by: String)

        /// Whether another group holds a pod.
        var isContested: Bool { if case .contested = self { true } else { false } }
    }

    /// One pod under one label key.
    private struct Claim: Hashable {
        var scope: Scope
        var pod: Member.ID
    }

    /// A group that was started and has not said yet which pods it means, or whose predecessors have not.
    private struct Arrival {
        var claimant: Claimant
        var wish: Wish?
    }

    private var holders: [Claim: Claimant] = [:]
    private var held: [Claimant: Set<Claim>] = [:]
    private var arrivals: [Scope: [Arrival]] = [:]
    private var verdicts: [Claimant: Verdict] = [:]
    /// For which claim of another a group waits.
    private var waiting: [Claimant: Claim] = [:]
    private var ending: Set<Claimant> = []

    // MARK: Events

    /// A group will be started; those that are announced together come first in this order.
    mutating func groupExpected(_ claimant: Claimant, in scope: Scope) {
        arrivals[scope, default: []].append(Arrival(claimant: claimant))
    }

    /// A group was told to end; it still holds what it has.
    mutating func endAnnounced(_ claimant: Claimant) {
        ending.insert(claimant)
    }

    /// A group means these pods.
    ///
    /// `keepsPods`: whether it keeps those that it has although it has to wait, until `letGo`: it is writing them.
    /// - Returns: the other groups whose verdict may be another now.
    mutating func podsWished(_ claimant: Claimant, _ wish: Wish, keepsPods: Bool = false) -> Set<Claimant> {
        for scope in wish.scopes {
            guard let index = arrivals[scope]?.firstIndex(where: { $0.claimant == claimant }) else { continue }
            arrivals[scope]?[index].wish = wish
            verdicts[claimant] = .pending
            return admit(scope).subtracting([claimant])
        }
        return settle(claimant, wish, keepsPods: keepsPods).subtracting([claimant])
    }

    /// A group that waits has done with the pods that it kept.
    mutating func letGo(_ claimant: Claimant) -> Set<Claimant> {
        if verdicts[claimant] == .granted { verdicts[claimant] = nil }
        waitsForNobody(claimant)
        return release(held.removeValue(forKey: claimant) ?? [], of: claimant).subtracting([claimant])
    }

    /// It is not a pod that somebody here holds that keeps a group waiting.
    mutating func waitsForNobody(_ claimant: Claimant) {
        waiting[claimant] = nil
    }

    /// A group means no pods for now, and holds none: its Service cannot be used.
    mutating func wishesNothing(_ claimant: Claimant) -> Set<Claimant> {
        var notified = release(held.removeValue(forKey: claimant) ?? [], of: claimant)
        verdicts[claimant] = nil
        waiting[claimant] = nil
        for scope in Array(arrivals.keys) {
            guard let index = arrivals[scope]?.firstIndex(where: { $0.claimant == claimant }) else { continue }
            arrivals[scope]?.remove(at: index)
            notified.formUnion(admit(scope))
        }
        return notified.subtracting([claimant])
    }

    /// A group has ended.
    mutating func groupEnded(_ claimant: Claimant) -> Set<Claimant> {
        ending.remove(claimant)
        return wishesNothing(claimant)
    }

    /// Which group holds a pod; nil: none does.
    func holder(of pod: Member.ID, in scope: Scope) -> Claimant? { holders[Claim(scope: scope, pod: pod)] }

    /// Whether other groups are about to say which pods they mean: those that were announced, and those that waited for a pod
    /// that is free now.
    ///
    /// A group's next run, which waits for the end of this one, is none.
    func isAnyExpected(in scopes: Set<Scope>, besides claimant: Claimant) -> Bool {
        let isAwaited = waiting.contains { other, claim in
            other.group != claimant.group && scopes.contains(claim.scope) && holders[claim] == nil
        }
        return isAwaited || scopes.contains { arrivals[$0]?.contains { $0.claimant.group != claimant.group } ?? false }
    }

    /// What a group has got.
    func verdict(of claimant: Claimant) -> Verdict { verdicts[claimant] ?? .pending }

    // MARK: Decisions

    /// Decides on all groups before which nobody is left whose pods are not known.
    private mutating func admit(_ scope: Scope) -> Set<Claimant> {
        var notified: Set<Claimant> = []
        let known = arrivals[scope]?.prefix { $0.wish != nil } ?? []
        arrivals[scope]?.removeFirst(known.count)
        if arrivals[scope]?.isEmpty ?? false { arrivals[scope] = nil }
        for arrival in known {
            guard let wish = arrival.wish else { continue }
            notified.formUnion(settle(arrival.claimant, wish, keepsPods: false))
            notified.insert(arrival.claimant)
        }
        return notified
    }

    private mutating func settle(_ claimant: Claimant, _ wish: Wish, keepsPods: Bool) -> Set<Claimant> {
        let wanted = Set(wish.scopes.flatMap { scope in wish.pods.map { Claim(scope: scope, pod: $0) } })
        let had = held[claimant] ?? []
        var notified = release(had.subtracting(wanted), of: claimant)
        let conflict = wanted.first { claim in holders[claim].map { $0 != claimant } ?? false }
        waiting[claimant] = conflict
        if let conflict, let holder = holders[conflict] {
            let isEnding = ending.contains(holder)
            held[claimant] = isEnding || keepsPods ? had.intersection(wanted) : []
            notified.formUnion(release(had.subtracting(held[claimant] ?? []), of: claimant))
            verdicts[claimant] = isEnding ? .pending : .contested(pod: conflict.pod, by: holder.group)
        } else {
            held[claimant] = wanted
            for claim in wanted { holders[claim] = claimant }
            verdicts[claimant] = .granted
        }
        return notified
    }

    /// Frees claims.
    ///
    /// - Returns: the groups that waited for one of them.
    private mutating func release(_ claims: Set<Claim>, of claimant: Claimant) -> Set<Claimant> {
        for claim in claims where holders[claim] == claimant { holders[claim] = nil }
        return Set(waiting.filter { claims.contains($0.value) }.keys)
    }
}
