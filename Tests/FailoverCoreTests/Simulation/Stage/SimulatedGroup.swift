@testable import FailoverCore

/// A group on the stage: its pods at the API server, and what is true of them.
struct SimulatedGroup {
    let policy: GroupPolicy
    let timing: SimulatedTiming
    var cluster = ModelCluster()
    var applications: [Member.ID: SimulatedApplication] = [:]
    /// When a human or another controller last touched labels, orders, priorities or the Lease.
    var lastHand: UInt64?
    /// Pods that a human labelled active and no supervisor has written since.
    var activeByHand: Set<Member.ID> = []
    /// Who was active last by a supervisor's write, and stopped to be when.
    var lastActive: (id: Member.ID, until: UInt64)?
    /// When the role moved because of probes, for the flap limit.
    var flaps: [UInt64] = []
    /// Since when a supervisor that sees and may write could have ended the time without an active member.
    var avoidableSince: UInt64?
    var moves = 0

    var isPausedByOrder: Bool { cluster.lease?.record.pause != nil }
    var fenced: Set<String> { cluster.lease?.record.fenced ?? [] }
}

/// When a group's members are probed; nanoseconds.
struct SimulatedTiming {
    var period: UInt64
    var fastPeriod: UInt64
    var timeout: UInt64
    var thresholds: HealthThresholds

    /// Until every member has a first verdict, at most.
    var verdictWindow: UInt64 {
        period + fastPeriod * UInt64(max(thresholds.failure, thresholds.success) - 1) + timeout
    }
}
