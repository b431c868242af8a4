@testable import FailoverCore

/// A standby replica: it looks at pods from where it is, and says what it finds, or something else.
struct SimulatedStandby {
    enum Behaviour: CaseIterable {
        /// Answers soon, and what is so.
        case honest
        case silent
        case late
        /// Says that what serves fails, and the other way round.
        case wrong
    }

    let name: String
    var behaviour = Behaviour.honest
    /// When it was not honest last; nil: never.
    var until: UInt64?

    func behaviour(at now: UInt64) -> Behaviour { until.map { now < $0 } ?? false ? behaviour : .honest }

    /// Whether it has been honest for so long that nothing is left of what it said before.
    func isTrusted(at now: UInt64) -> Bool { until.map { $0 + 60 * Simulation.second < now } ?? true }
}
