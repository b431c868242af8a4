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
    /// Pods of which it was told that their labels cannot be written.
    private var complained: Set<Member.ID> = []
    /// When labels were written again, oldest first.
    private var repairs: [MonotonicTime] = []

    /// Nothing was written.
    init() {}

    /// Whether a pod's label may be written now; it is taken to be.
    mutating func begins(_ pod: Member.ID, _ role: Role, at now: MonotonicTime) -> Bool {
        if underWay.contains(pod) || failed.contains(pod) { return false }
        if stored[pod] == role {
            if repairs.count >= Self.most, let oldest = repairs.first, now < oldest + Self.window { return false }
            repairs = (repairs + [now]).suffix(Self.most)
        }
        underWay.insert(pod)
        return true
    }

    /// That ended.
    ///
    /// - Returns: whether it is to be tried again after a pause.
    mutating func ended(_ pod: Member.ID, _ outcome: RoleWriteOutcome, as role: Role?) -> Bool {
        underWay.remove(pod)
        switch outcome {
        case .written:
            stored[pod] = role
            complained.remove(pod)
            return false
        // What was changed or went is seen soon.
        case .gone, .conflict, .notSent: return false
        case .refused, .failed: return failed.insert(pod).inserted
        }
    }

    /// Whether it is to be told that a pod's label cannot be written: once.
    mutating func complains(of pod: Member.ID) -> Bool { complained.insert(pod).inserted }

    /// The pause is over.
    mutating func isDue() {
        failed = []
    }

    /// Other pods are forgotten.
    mutating func keep(_ pods: Set<Member.ID>) {
        stored = stored.filter { pods.contains($0.key) }
        failed.formIntersection(pods)
        complained.formIntersection(pods)
    }
}
