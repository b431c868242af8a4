import FailoverCore

/// The role labels of a group whose EndpointSlices say who is active: for people, budgets and policies, and never evidence.
///
/// They follow the slices, without the guarantees of a switch.
struct Decoration: Sendable {
    /// How often a label that somebody else changes is written again.
    private static let (most, window) = (10, Duration.seconds(60))
    /// How long after a failure a label is tried again.
    static let pause: Duration = .seconds(15)

    /// Pods whose labels are being written.
    private var underWay: Set<Member.ID> = []
    /// What was stored last on each pod: another label there was written by somebody else.
    private var stored: [Member.ID: Role] = [:]
    /// Pods whose labels could not be written a short time ago.
    private(set) var failed: Set<Member.ID> = []
    /// The version that each pod's last write named: until another is shown, nothing else comes of it.
    private var tried: [Member.ID: ObjectVersion] = [:]
    /// The version that it was stored as: what is shown of an older one says nothing.
    private var written: [Member.ID: ObjectVersion] = [:]
    /// Pods of which it was told that their labels cannot be written.
    private var complained: Set<Member.ID> = []
    /// When labels were written again, oldest first.
    private var repairs: [MonotonicTime] = []

    /// When a label may be written again that has to wait; nil: none has, or that is awaited.
    private var turn: MonotonicTime?
    private var awaitedTurn: MonotonicTime?

    /// Nothing was written.
    init() {}

    /// When labels that have to wait are to be looked at again; each time is given once.
    mutating func nextTurn() -> MonotonicTime? {
        defer { (turn, awaitedTurn) = (nil, turn ?? awaitedTurn) }
        return turn == awaitedTurn ? nil : turn
    }

    /// Whether a pod's label may be written now; it is taken to be.
    ///
    /// `version`: of the pod as it is shown; `isLabelled`: only what goes with the label is missing, which is written once, for another
    /// controller may have its own mind about it.
    mutating func begins(
        _ pod: Member.ID,
        _ role: Role,
        of version: ObjectVersion,
        isLabelled: Bool = false,
        at now: MonotonicTime
    ) -> Bool {
        if underWay.contains(pod) || failed.contains(pod) { return false }
        if let last = written[pod], version < last { return false }
        if let last = tried[pod], version <= last { return false }
        if isLabelled, stored[pod] == role { return false }
        if stored[pod] == role {
            if repairs.count >= Self.most, let oldest = repairs.first, now < oldest + Self.window {
                turn = oldest + Self.window
                return false
            }
            repairs = (repairs + [now]).suffix(Self.most)
        }
        underWay.insert(pod)
        tried[pod] = version
        return true
    }

    /// That ended.
    ///
    /// - Returns: whether it is to be tried again after a pause.
    mutating func ended(_ pod: Member.ID, _ outcome: RoleWriteOutcome, as role: Role?) -> Bool {
        underWay.remove(pod)
        switch outcome {
        case .written(let member):
            stored[pod] = role
            written[pod] = member.version
            complained.remove(pod)
            return false
        // What was changed or went is seen soon.
        case .gone, .conflict: return false
        case .notSent:
            tried[pod] = nil
            return false
        case .refused, .failed:
            tried[pod] = nil
            return failed.insert(pod).inserted
        }
    }

    /// Whether it is to be told that a pod's label cannot be written: once.
    mutating func complains(of pod: Member.ID) -> Bool { complained.insert(pod).inserted }

    /// More is to be written than before: what was stored is not all of it.
    mutating func askedForMore() {
        stored = [:]
    }

    /// The pause is over.
    mutating func isDue() {
        failed = []
    }

    /// Other pods are forgotten.
    mutating func keep(_ pods: Set<Member.ID>) {
        stored = stored.filter { pods.contains($0.key) }
        written = written.filter { pods.contains($0.key) }
        tried = tried.filter { pods.contains($0.key) }
        failed.formIntersection(pods)
        complained.formIntersection(pods)
    }
}
