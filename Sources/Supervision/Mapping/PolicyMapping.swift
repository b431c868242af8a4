import FailoverCore
import StandbyConfiguration

extension GroupPolicy {
    /// What a group's configuration says to the core.
    init(_ group: GroupConfiguration, isPaused: Bool) {
        let timings = [group.probe.timing, group.passiveProbe?.timing].compactMap { $0 }
        self.init(
            order: group.failover.order,
            whenNoneHealthy: group.failover.whenNoneHealthy,
            delay: group.failover.delay,
            requireReady: group.requireReady,
            verdictWindow: timings.map(\.verdictWindow).max() ?? .zero,
            labelsPassiveMembers: group.roleLabel.passive != nil,
            isPaused: isPaused
        )
    }
}
