package import FailoverCore

/// When and how the role moves.
package struct FailoverConfiguration: Sendable, Hashable {
    /// What a drain of the active member's node does.
    package enum NodeDrain: String, Sendable, Hashable, CaseIterable {
        case ignore = "Ignore"
        case `switch` = "Switch"
    }

    /// When too many moves mean that moving does not help.
    package struct Flap: Sendable, Hashable {
        /// More moves than this in the window: hold.
        ///
        /// 0 turns it off.
        package var maxSwitches = 3
        package var window: Duration = .seconds(600)
        package var hold: Duration = .seconds(600)
    }

    /// Of a group whose standbys are probed in another way: the active probe may take its time to succeed.
    package static let standardActivation: Duration = .seconds(30)

    package var order: GroupPolicy.SwitchOrder = .demoteFirst
    package var whenNoneHealthy: GroupPolicy.WhenNoneHealthy = .keepActive
    package var delay: Duration = .zero
    package var preempt = false
    package var preemptDelay: Duration = .seconds(300)
    package var cooldown: Duration = .seconds(30)
    /// How long a member that was just promoted may fail its probe, 0...3600 s.
    ///
    /// What a file does not say is `standardActivation` for a group with a `passiveProbe`.
    package var activation: Duration = .zero
    package var flap = Flap()
    package var onNodeDrain: NodeDrain = .ignore
}
