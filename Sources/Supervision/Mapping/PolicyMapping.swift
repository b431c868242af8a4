import FailoverCore
import StandbyConfiguration

extension GroupPolicy {
    /// What a group's configuration says to the core.
    ///
    /// `isObserving`: whether nothing may be written at all.
    init(_ group: GroupConfiguration, isObserving: Bool) {
        let timings = [group.probe.timing, group.passiveProbe?.timing].compactMap { $0 }
        self.init(
            order: group.failover.order,
            whenNoneHealthy: group.failover.whenNoneHealthy,
            delay: group.failover.delay,
            requireReady: group.requireReady,
            verdictWindow: timings.map(\.verdictWindow).max() ?? .zero,
            labelsPassiveMembers: group.roleLabel.passive != nil,
            flap: FlapLimit(
                maxMoves: group.failover.flap.maxSwitches,
                window: group.failover.flap.window,
                hold: group.failover.flap.hold
            ),
            preemption: group.failover.preempt
                ? Preemption(delay: group.failover.preemptDelay, cooldown: group.failover.cooldown) : nil,
            isPaused: group.isPaused,
            isObserving: isObserving
        )
    }
}
