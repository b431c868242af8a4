@testable import FailoverCore

/// A group on the stage: its pods at the API server, and what is true of them.
struct SimulatedGroup {
    /// Under which the group was supervised before it was renamed: what stays behind, and is found when it is renamed back.
    struct OtherLife {
        let record: GroupRecord?
        let epochs: [Member.ID: Epoch]
    }

    /// A pod's version by its own count, and as the API server shows it: by one count for all pods.
    private struct Stamp {
        let own: ObjectVersion
        let shown: ObjectVersion
    }

    let policy: GroupPolicy
    let timing: SimulatedTiming
    var cluster: ModelCluster
    var applications: [Member.ID: SimulatedApplication] = [:]
    /// When a human or another controller last touched labels, requests, priorities or the Lease.
    var lastHand: UInt64?
    /// Pods that a human labelled active and no supervisor has written since.
    var activeByHand: Set<Member.ID> = []
    /// Who was active last by a supervisor's write, and stopped to be when.
    var lastActive: (id: Member.ID, until: UInt64)?
    /// When the role moved because of probes, for the flap limit.
    var flaps: [UInt64] = []
    /// Since when a supervisor that sees and may write could have ended the time without an active member.
    var avoidableSince: UInt64?
    /// Since when nobody is active; nil: somebody is.
    var unservedSince: UInt64?
    /// Since when a supervisor that sees and may write could have replaced the active member, which is of no use.
    var deadSince: UInt64?
    /// Since when a supervisor that sees and may write could have left the active member's node, which is cordoned.
    var strandedSince: UInt64?
    /// When somebody else changed labels last.
    var lastLabel: UInt64?
    var promises = SimulatedPromises()
    var moves = 0
    /// How long an application needs from its promotion until it answers.
    var warmUp: UInt64 = 0
    /// Pods that the Service's selector does not match for a while.
    var absent: Set<Member.ID> = []
    /// Pods that are no more.
    var gone: Set<Member.ID> = []
    var otherLife: OtherLife?
    var workload = SimulatedWorkload.statefulSet(partition: 0)
    /// Counts the revisions of the workload.
    var revision = 1
    var rollout: SimulatedRollout?
    /// Replicas that rolling updates have created.
    var created = 0
    /// `minReadySeconds`.
    var minReady: UInt64 = 0
    /// Whether the pods tell controllers that the active one is to go last.
    var isPriced = false
    /// Requests of earlier processes concern the group under its other name.
    var firstGeneration = 0

    private var stamps: [Member.ID: Stamp] = [:]
    init(policy: GroupPolicy, timing: SimulatedTiming) {
        self.policy = policy
        self.timing = timing
        cluster = ModelCluster(of: policy)
    }

    /// The pods that there are.
    var pods: [Member] { gone.isEmpty ? cluster.pods : cluster.pods.filter { !gone.contains($0.id) } }
    /// The pods that the Service's selector matches.
    var members: [Member] {
        absent.isEmpty && gone.isEmpty ? cluster.pods : pods.filter { !absent.contains($0.id) }
    }
    /// The members that carry the active role.
    var actives: [Member] { members.filter { $0.role == .active } }

    func pod(_ id: Member.ID) -> Member? { pods.first { $0.id == id } }

    func pod(_ name: String) -> Member? { pods.first { $0.name == name } }

    // MARK: As the API server shows it

    /// The members, each at a version that compares with that of the collection.
    mutating func shown() -> [Member] { members.map { stamped($0) } }

    /// One pod, whether the Service selects it or not.
    mutating func shown(_ name: String) -> Member? { pod(name).map { stamped($0) } }

    private mutating func stamped(_ pod: Member) -> Member {
        let known = stamps[pod.id].flatMap { $0.own == pod.version ? $0 : nil }
        let stamp = known ?? Stamp(own: pod.version, shown: cluster.version)
        stamps[pod.id] = stamp
        var pod = pod
        pod.version = stamp.shown
        return pod
    }

    /// A write that names the version by the pod's own count, or one that never was.
    func asStored(_ write: RoleWrite) -> RoleWrite {
        var write = write
        let stamp = stamps[write.member.id]
        write.member.version = stamp?.shown == write.member.version ? stamp?.own ?? .init("0") : .init("0")
        return write
    }

    // MARK: What is true

    /// The process in a pod hears of its role, or nobody tries to tell it any more.
    mutating func heard(_ call: HookCall) {
        cluster.heard(call, whileActive: actives.contains { $0.id == call.id })
    }

    /// Whether nobody may write a pod's role.
    func denies(_ pod: Member) -> Bool { cluster.denied.contains(pod.id) }

    /// The ordinal of a StatefulSet's pod; nil: it is of another workload.
    func ordinal(of name: String) -> Int? {
        guard case .statefulSet = workload else { return nil }
        return Int(name.drop { !$0.isNumber })
    }

    /// The revision that a pod gets which is created now.
    func revision(of ordinal: Int?) -> String {
        if case .statefulSet(let partition) = workload, let ordinal, ordinal < partition { return "r1" }
        return "r\(revision)"
    }

    var isPausedByRequest: Bool { cluster.lease?.record.pause != nil }
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
