@testable import FailoverCore

/// What is true of a pod, whatever anybody thinks of it.
struct SimulatedApplication {
    /// How it answers probes.
    enum Behaviour: CaseIterable {
        case serving
        case failing
        case hanging
    }

    let id: Member.ID
    let node: Int
    var behaviour: Behaviour = .serving
    /// When it last was of no use; nil: never.
    var lastBad: UInt64?
    /// Since when it has served without a break.
    var servingSince: UInt64
    /// It was promoted, and answers only from then on.
    var coldUntil: UInt64 = 0
    /// Its probes give no result until then.
    var muteUntil: UInt64 = 0
    /// When it was not Ready last; nil: never.
    var lastNotReady: UInt64?
    /// When its role could not be written last; nil: it could always.
    var lastDenied: UInt64?
    /// From when on its pod counts as available, if it is Ready.
    var availableFrom: UInt64 = 0
    /// Tells a restarted container from the one before.
    var incarnation = 0
}
