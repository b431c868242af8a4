import FailoverCore
import KubernetesClient
import StandbyConfiguration

extension GroupPolicy {
    /// What a group's configuration says to the core.
    ///
    /// `isObserving`: whether nothing may be written at all but, if `isEnding`, what a move that is made adds to the record.
    /// `service`: as it was seen; nil: it was not. Pods that are not Ready may be its endpoints all the same, and nobody drains where
    /// a node's traffic stays on the node: a proxy sends new connections to a pod that drains where none beside it is ready.
    init(_ group: GroupConfiguration, isObserving: Bool, isEnding: Bool = false, service: Service? = nil) {
        let publishesNotReady = service?.spec?.publishNotReadyAddresses ?? false
        let isLocal = service?.spec?.publication?.isLocal ?? false
        let timings = [group.probe.timing, group.passiveProbe?.timing].compactMap { $0 }
        self.init(
            order: group.failover.order,
            whenNoneHealthy: group.failover.whenNoneHealthy,
            delay: group.failover.delay,
            activation: group.failover.activation,
            notReadyLimit: group.mode == .label && !publishesNotReady
                ? group.probe.timing.period * group.probe.timing.thresholds.failure : nil,
            requireReady: group.requireReady,
            verdictWindow: timings.map(\.verdictWindow).max() ?? .zero,
            ownsEndpoints: group.mode == .endpointSlice,
            drain: isLocal ? .zero : group.drain,
            labelsPassiveMembers: group.roleLabel.passive != nil,
            flap: FlapLimit(
                maxMoves: group.failover.flap.maxSwitches,
                window: group.failover.flap.window,
                hold: group.failover.flap.hold
            ),
            cooldown: group.failover.cooldown,
            preemption: group.failover.preempt
                ? Preemption(delay: group.failover.preemptDelay, cooldown: group.failover.cooldown) : nil,
            window: group.failover.preemptWindows == nil ? nil : .unread,
            secondOpinion: group.failover.secondOpinion,
            promotionGate: group.failover.promotionGate,
            hooks: HookPolicy(group.hooks),
            onNodeDrain: group.failover.onNodeDrain,
            score: group.candidate.score.map(ScorePolicy.init),
            isPaused: group.isPaused,
            isObserving: isObserving,
            isEnding: isEnding
        )
    }
}

extension HookPolicy {
    /// What the configuration of hooks says to the core.
    init(_ hooks: HookConfiguration) {
        let isRequired = hooks.onDemote?.isRequired ?? false
        self.init(
            kinds: Set(hooks.all.map(\.kind)),
            requiredOnDemote: isRequired ? hooks.onDemote.map { HookRequirement(onTimeout: $0.onTimeout) } : nil
        )
    }
}

extension ScorePolicy {
    /// What a score's configuration says to the core; of what is asked, only whether it is the same as before.
    init(_ score: ScoreConfiguration) {
        var hasher = Hasher()
        hasher.combine(score.handler)
        hasher.combine(score.value)
        self.init(
            question: hasher.finalize(),
            prefer: score.prefer,
            refuseAbove: score.refuseAbove,
            refuseBelow: score.refuseBelow,
            isRequired: score.isRequired,
            timeout: score.timeout
        )
    }
}
