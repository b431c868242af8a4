import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// Where the groups of a supervisor agree which of them writes the role of a pod.
actor ClaimRegistry {
    /// Named by `claimant`; a group of mode EndpointSlice writes no labels and needs none.
    struct Registration: Sendable {
        /// The run of a group that will claim pods.
        var claimant: RoleClaims.Claimant
        /// Where it will claim them.
        var scope: RoleClaims.Scope
    }

    /// Whether other replicas may lead groups that mean the same pods.
    nonisolated let spansShards: Bool
    private var claims = RoleClaims()
    private var rivals = RivalIndex()
    private var listeners: [RoleClaims.Claimant: @Sendable () -> Void] = [:]
    /// What the verdicts on groups rest on.
    private var needs: [RoleClaims.Claimant: RivalIndex.Needs] = [:]
    /// Who follows each namespace, and how to tell it that something else is to be known.
    private var followers: [String: (number: Int, wake: @Sendable () -> Void)] = [:]
    private var lastFollower = 0
    /// Each ends when somebody has said which pods it means, or that it means none.
    private var arrivals: [AsyncStream<Void>.Continuation] = []

    /// `spansShards`: whether groups are split into shards, so that some are led elsewhere.
    init(spansShards: Bool = false) {
        self.spansShards = spansShards
    }

    /// Groups are about to start, in this order, and others were told to end.
    func expect(_ starting: [Registration], ending: [RoleClaims.Claimant]) {
        for claimant in ending { claims.endAnnounced(claimant) }
        for registration in starting { claims.groupExpected(registration.claimant, in: registration.scope) }
    }

    /// Claims a group's pods.
    ///
    /// `pods`: the same as those of the wish, to be held against what groups of other shards select.
    /// `keepsPods`: whether the group keeps what it has until `letGo`, although it has to wait.
    /// `listen`: called when the verdict may be another, until the group claims again; must be quick.
    func claim(
        _ wish: RoleClaims.Wish,
        _ pods: [Pod] = [],
        for claimant: RoleClaims.Claimant,
        keepsPods: Bool = false,
        _ listen: @escaping @Sendable () -> Void
    ) -> RoleClaims.Verdict {
        if spansShards, let obstacle = rivalInTheWay(of: claimant, pods, in: wish.scopes) {
            listeners[claimant] = listen
            notify(claimed(wish, for: claimant, keepsPods: keepsPods, despite: obstacle))
            return obstacle
        }
        let notified = claims.podsWished(claimant, wish, keepsPods: keepsPods)
        let verdict = claims.verdict(of: claimant)
        listeners[claimant] = verdict == .granted && !spansShards ? nil : listen
        notify(notified)
        return verdict
    }

    /// What a group that is in no other's way here has while a group of another shard is in its way, or may be.
    ///
    /// What is not known yet costs it nothing, and holds up nobody who does not mean its pods.
    private func claimed(
        _ wish: RoleClaims.Wish,
        for claimant: RoleClaims.Claimant,
        keepsPods: Bool,
        despite obstacle: RoleClaims.Verdict
    ) -> Set<RoleClaims.Claimant> {
        if !obstacle.isContested { return claims.podsWished(claimant, wish, keepsPods: keepsPods) }
        if !keepsPods { return claims.wishesNothing(claimant) }
        claims.waitsForNobody(claimant)
        return []
    }

    /// Whether another group gives a pod its role, once all groups that were announced have said which pods they mean: in one
    /// reload a pod may leave one group and come to another.
    func isHeld(
        _ pod: Member.ID,
        in scopes: Set<RoleClaims.Scope>,
        byOthersThan claimant: RoleClaims.Claimant
    ) async -> Bool {
        while claims.isAnyExpected(in: scopes, besides: claimant), !Task.isCancelled {
            let (changes, change) = AsyncStream.makeStream(of: Void.self)
            arrivals.append(change)
            for await _ in changes {}
        }
        return scopes.contains { scope in claims.holder(of: pod, in: scope).map { $0 != claimant } ?? false }
    }

    /// Whether a group of another shard means a pod of these labels, so that it gives the pod its role.
    ///
    /// `whoComeFirst`: whether only those count that come before the claimant.
    func isMeant(
        _ labels: [String: String],
        in scopes: Set<RoleClaims.Scope>,
        byOthersThan claimant: RoleClaims.Claimant,
        whoComeFirst: Bool
    ) -> Bool {
        rivals.isMeant(labels, in: scopes, byRivalsOf: claimant.group, whoComeFirst: whoComeFirst)
    }

    /// A group that waits has done with the pods that it kept.
    func letGo(_ claimant: RoleClaims.Claimant) {
        notify(claims.letGo(claimant))
    }

    /// A group means no pods, for its Service cannot be used; those after it need not wait for it.
    func abstain(_ claimant: RoleClaims.Claimant) {
        needed(.init(), by: claimant)
        notify(claims.wishesNothing(claimant))
    }

    /// A group has ended.
    func withdraw(_ claimant: RoleClaims.Claimant) {
        listeners[claimant] = nil
        needed(.init(), by: claimant)
        notify(claims.groupEnded(claimant))
    }

    // MARK: Other shards

    /// The file has these groups, in this order.
    func filed(_ groups: [RivalIndex.FiledGroup]) {
        guard spansShards else { return }
        rivals.filed(groups)
        followers = followers.filter { rivals.hasGroups(in: $0.key) }
        notify(Set(listeners.keys))
    }

    private func rivalInTheWay(
        of claimant: RoleClaims.Claimant,
        _ pods: [Pod],
        in scopes: Set<RoleClaims.Scope>
    ) -> RoleClaims.Verdict? {
        let answer = rivals.answer(to: claimant.group, pods, in: scopes)
        needed(answer.needs, by: claimant)
        return answer.obstacle
    }

    private func needed(_ next: RivalIndex.Needs, by claimant: RoleClaims.Claimant) {
        guard needs[claimant] ?? .init() != next else { return }
        needs[claimant] = next == .init() ? nil : next
        for follower in followers.values { follower.wake() }
    }

    // MARK: What is seen of a namespace

    /// Somebody follows a namespace from now on, in place of whoever did; `wake`: called when something else is to be known.
    func begin(_ namespace: String, _ wake: @escaping @Sendable () -> Void) -> Int {
        lastFollower += 1
        followers[namespace] = (lastFollower, wake)
        return lastFollower
    }

    /// Whoever follows a namespace does so no more.
    func end(_ namespace: String, _ number: Int) {
        if isFollowed(namespace, by: number) { followers[namespace] = nil }
    }

    /// Whether it is this one who follows a namespace, and the file has groups there.
    func isFollowed(_ namespace: String, by number: Int) -> Bool { followers[namespace]?.number == number }

    /// The groups of a namespace whose records are to be known, and those whose pods are, with what they select.
    func needs(in namespace: String) -> (records: Set<String>, pods: [String: LabelSelector]) {
        let all = needs.values.reduce(into: RivalIndex.Needs()) { $0.formUnion($1) }
        let groups = Set(all.pods.union(all.records).filter { rivals.namespace(of: $0) == namespace })
        let selectors = all.pods.intersection(groups).compactMap { name in rivals.selector(of: name).map { (name, $0) }
        }
        return (all.records.intersection(groups), Dictionary(selectors) { first, _ in first })
    }

    /// A namespace has these Services, and no others.
    func servicesSeen(_ services: [Service], in namespace: String) {
        if rivals.servicesSeen(services, in: namespace) { notify(Set(listeners.keys)) }
    }

    /// Whether a group has a record; nil: that is not followed any more.
    func recordSeen(_ isThere: Bool?, of group: String) {
        if rivals.recordSeen(isThere, of: group) { notifyThoseWhoNeed(group) }
    }

    /// The labels of a group's pods are these; nil: they are not followed any more.
    func podsSeen(_ labels: [[String: String]]?, of group: String) {
        if rivals.podsSeen(labels, of: group) { notifyThoseWhoNeed(group) }
    }

    private func notifyThoseWhoNeed(_ group: String) {
        notify(Set(needs.filter { $0.value.records.contains(group) || $0.value.pods.contains(group) }.keys))
    }

    private func notify(_ claimants: Set<RoleClaims.Claimant>) {
        for claimant in claimants { listeners[claimant]?() }
        for arrival in arrivals { arrival.finish() }
        arrivals = []
    }
}
