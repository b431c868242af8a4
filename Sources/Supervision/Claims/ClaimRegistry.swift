import FailoverCore
import KubernetesClient

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
    /// `listen`: called when the verdict may be another, until the group claims again; must be quick.
    func claim(
        _ wish: RoleClaims.Wish,
        _ pods: [Pod] = [],
        for claimant: RoleClaims.Claimant,
        _ listen: @escaping @Sendable () -> Void
    ) -> RoleClaims.Verdict {
        if spansShards, let obstacle = rivals.obstacle(to: claimant.group, pods, in: wish.scopes) {
            listeners[claimant] = listen
            // What is not known yet costs nobody its place in the order of the file.
            if case .contested = obstacle { notify(claims.wishesNothing(claimant)) }
            return obstacle
        }
        let notified = claims.podsWished(claimant, wish)
        let verdict = claims.verdict(of: claimant)
        listeners[claimant] = verdict == .granted && !spansShards ? nil : listen
        notify(notified)
        return verdict
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

    /// A group means no pods, for its Service cannot be used; those after it need not wait for it.
    func abstain(_ claimant: RoleClaims.Claimant) {
        notify(claims.wishesNothing(claimant))
    }

    /// A group has ended.
    func withdraw(_ claimant: RoleClaims.Claimant) {
        listeners[claimant] = nil
        notify(claims.groupEnded(claimant))
    }

    // MARK: Other shards

    /// The file has these groups, in this order.
    func filed(_ groups: [RivalIndex.FiledGroup]) {
        guard spansShards else { return }
        rivals.filed(groups)
        notify(Set(listeners.keys))
    }

    /// Takes in what the Services of a namespace select, until the task is cancelled.
    nonisolated func follow(_ services: any ObjectSource<Service>, in namespace: String) async {
        // Of looks that come faster than they are taken in, the last one says all.
        let (looks, look) = AsyncStream.makeStream(of: [Service].self, bufferingPolicy: .bufferingNewest(1))
        let subscription = await services.subscribe(to: .labels([:])) { event in
            if case .snapshot(let snapshot) = event { look.yield(snapshot.objects) }
        }
        for await services in looks { await servicesSeen(services, in: namespace) }
        await services.unsubscribe(subscription)
    }

    private func servicesSeen(_ services: [Service], in namespace: String) {
        if rivals.servicesSeen(services, in: namespace) { notify(Set(listeners.keys)) }
    }

    private func notify(_ claimants: Set<RoleClaims.Claimant>) {
        for claimant in claimants { listeners[claimant]?() }
        for arrival in arrivals { arrival.finish() }
        arrivals = []
    }
}
