@testable import FailoverCore

/// A supervisor process of the simulation: one real machine a group, the real trackers and the real doubt.
struct SimulatedProcess {
    /// What the process knows of a pod's probes.
    struct Target {
        var tracker: HealthTracker
        var incarnation: Int
        var startedAt: UInt64 = 0
        /// Whether it asks what a member is asked that is not active.
        var isPassive = false
        /// Tells a probe that is on its way from those before it.
        var flight = 0
        /// Whether the machine waits for the probe's end.
        var isAwaited = false

        /// Whether a probe of it has ever succeeded.
        var isProven: Bool { tracker.evidence.lastSuccess != nil }
    }

    let identity: String
    /// Counts the processes in its place; events of an earlier one are void.
    let generation: Int
    var machines: [GroupStateMachine]
    var targets: [[Member.ID: Target]]
    var doubt = SelfDoubt()
    /// No probe of it reaches anybody until then.
    var blindUntil: UInt64 = 0
    /// Its probes give no result until then.
    var resultlessUntil: UInt64 = 0
    /// It stands still until then.
    var stalledUntil: UInt64 = 0
    var startedAt: UInt64
    /// Groups for which a delivery of the informers is under way.
    var isBehind: [Bool]
    /// The same for the groups' slices.
    var missesSlices: [Bool]

    /// What it was told of nodes last.
    var nodes = NodeConditions()

    /// By group, when candidates answered last what lets them be promoted.
    var scores: [[Member.ID: UInt64]]
    /// By group, the member that a switch was reported to wait for.
    var obstacles: [Int: Member.ID] = [:]

    init(identity: String, generation: Int, groups: [SimulatedGroup], at now: UInt64) {
        self.identity = identity
        self.generation = generation
        machines = groups.map { GroupStateMachine(policy: $0.policy, identity: identity, mark: UInt64(generation)) }
        targets = groups.map { _ in [:] }
        isBehind = groups.map { _ in false }
        missesSlices = isBehind
        scores = groups.map { _ in [:] }
        startedAt = now
    }

    var provenCount: Int { targets.reduce(0) { $0 + $1.values.count(where: \.isProven) } }
}
