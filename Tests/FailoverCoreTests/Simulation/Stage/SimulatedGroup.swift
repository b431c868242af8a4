@testable import FailoverCore

/// A group on the stage: its pods at the API server, and what is true of them.
struct SimulatedGroup {
    /// Under which the group was supervised before it was renamed: what stays behind, and is found when it is renamed back.
    struct OtherLife {
        let record: GroupRecord?
        let epochs: [Member.ID: Epoch]
    }

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
    /// How long an application needs from its promotion until it answers.
    var warmUp: UInt64 = 0
    /// Pods that the Service's selector does not match for a while.
    var absent: Set<Member.ID> = []
    var otherLife: OtherLife?
    /// Requests of earlier processes concern the group under its other name.
    var firstGeneration = 0

    /// The pods that the Service's selector matches.
    var members: [Member] {
        absent.isEmpty ? cluster.pods : cluster.pods.filter { !absent.contains($0.id) }
    }
    /// The members that carry the active role.
    var actives: [Member] { members.filter { $0.role == .active } }

    func pod(_ id: Member.ID) -> Member? { cluster.pods.first { $0.id == id } }

    /// Whether nobody may write a pod's role.
    func denies(_ pod: Member) -> Bool { cluster.denied.contains(pod.id) }

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
