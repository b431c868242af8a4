import FailoverCore

/// Where the groups of a supervisor agree which of them writes the role of a pod.
actor ClaimRegistry {
    /// Named by `claimant`; a group of mode EndpointSlice writes no labels and needs none.
    struct Registration: Sendable {
        /// The run of a group that will claim pods.
        var claimant: RoleClaims.Claimant
        /// Where it will claim them.
        var scope: RoleClaims.Scope
    }

    private var claims = RoleClaims()
    private var listeners: [RoleClaims.Claimant: @Sendable () -> Void] = [:]
    /// Each ends when somebody has said which pods it means, or that it means none.
    private var arrivals: [AsyncStream<Void>.Continuation] = []

    /// Groups are about to start, in this order, and others were told to end.
    func expect(_ starting: [Registration], ending: [RoleClaims.Claimant]) {
        for claimant in ending { claims.endAnnounced(claimant) }
        for registration in starting { claims.groupExpected(registration.claimant, in: registration.scope) }
    }

    /// Claims a group's pods.
    ///
    /// `listen`: called when the verdict may be another, until the group claims again; must be quick.
    func claim(
        _ wish: RoleClaims.Wish,
        for claimant: RoleClaims.Claimant,
        _ listen: @escaping @Sendable () -> Void
    ) -> RoleClaims.Verdict {
        let notified = claims.podsWished(claimant, wish)
        let verdict = claims.verdict(of: claimant)
        listeners[claimant] = verdict == .granted ? nil : listen
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

    private func notify(_ claimants: Set<RoleClaims.Claimant>) {
        for claimant in claimants { listeners[claimant]?() }
        for arrival in arrivals { arrival.finish() }
        arrivals = []
    }
}
