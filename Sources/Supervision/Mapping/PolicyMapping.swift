import FailoverCore
import StandbyConfiguration

extension GroupPolicy {
    /// What a group's configuration says to the core.
    ///
    /// `isObserving`: whether nothing may be written at all.
    /// `publishesNotReady`: whether pods that are not Ready are endpoints of the Service all the same.
    init(_ group: GroupConfiguration, isObserving: Bool, publishesNotReady: Bool = false) {
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
            drain: group.drain,
            labelsPassiveMembers: group.roleLabel.passive != nil,
            flap: FlapLimit(
                maxMoves: group.failover.flap.maxSwitches,
                window: group.failover.flap.window,
                hold: group.failover.flap.hold
            ),
            preemption: group.failover.preempt
                ? Preemption(delay: group.failover.preemptDelay, cooldown: group.failover.cooldown) : nil,
            secondOpinion: group.failover.secondOpinion,
            isPaused: group.isPaused,
            isObserving: isObserving
        )
    }
}
