/// What a switch by role labels came to so far.
extension LabelSwitch {
    /// Whether another supervisor's higher epoch was met.
    var isSuperseded: Bool { assignments.contains { $0.stage == .superseded } }

    /// Whether no role was written yet that a move is made of, so that it can be taken back without a trace.
    var isWithdrawable: Bool {
        promotion.map(\.isRefused) ?? true && demotions.values.allSatisfy(\.isRefused)
    }

    /// Whether a role waits for an operation.
    func awaits(_ id: OperationID) -> Bool { assignments.contains { $0.awaits(id) } }

    /// Whether something took longer than it has to, so that the ground of the move may be gone.
    var wasHeldUp: Bool { assignments.contains(where: \.wasHeldUp) || trialRefusal != nil }

    /// The member that denies what must be written on it, and why; nil: none does.
    var obstacle: SwitchObstacle? {
        if let trialRefusal, let trial { return SwitchObstacle(trial.member, .labels, trialRefusal) }
        let found = assignments.first { $0.isRefused && !passedOver.contains($0.member.id) }
        return found.flatMap { found in found.refusal.map { SwitchObstacle(found.member, .labels, $0) } }
    }

    /// Whether every role is written.
    var isComplete: Bool {
        seals.values.allSatisfy(isDone) && demotions.values.allSatisfy(isDone) && step == .promoting
            && (plan.move.target == nil || promotion?.stage == .acknowledged)
    }

    /// The members that were active and are not any more.
    var demoted: Set<Member.ID> { Set(demotions.filter { $0.value.stage == .acknowledged }.keys) }

    /// Those of whom the active role was taken, some of them while they were to be sealed.
    var steppedBack: [Member] {
        (Array(seals.values) + Array(demotions.values)).filter { $0.isSettled && $0.mayHaveBeenActive }
            .map(\.member)
    }

    /// The target as it is since its promotion; nil: that is not acknowledged.
    var promoted: Member? { promotion?.stage == .acknowledged ? promotion?.member : nil }

    /// What is waited for before the promotion; nil: no proof.
    var gate: GatePassage? { step == .gating ? passage : nil }

    /// Whether the promotion was begun.
    var isPromoting: Bool { promotion != nil }

    /// What is being done, in few words.
    var word: String {
        switch step {
        case .sealing: "sealing"
        case .trying: "trying"
        case .demoting: "demoting"
        case .settling: "settling"
        case .gating: passage?.word ?? "awaiting proof"
        case .promoting: "promoting"
        }
    }

    /// Whether a member cannot become active any more by an older write, or need not be written for that.
    func isDone(_ assignment: RoleAssignment) -> Bool {
        assignment.isSettled || passedOver.contains(assignment.member.id)
    }

    /// Every assignment, in the order of the steps, then by uid.
    private var assignments: [RoleAssignment] {
        [seals, demotions].flatMap { $0.values.sorted { $0.member.id.uid < $1.member.id.uid } }
            + [promotion].compactMap(\.self)
    }

    /// When the target is given up, if there is another: after so many denials, or so long after the first; nil: it is not denied.
    var endOfPatience: MonotonicTime? {
        guard let promotion, let since = deniedSince else { return nil }
        return promotion.refusals >= Self.mostRefusals ? since : since + Self.longestRefusal
    }

    /// Since when the target is denied the role; nil: it is not.
    var deniedSince: MonotonicTime? { promotion.flatMap { $0.isRefused ? $0.refusedSince : nil } }

    private static let (mostRefusals, longestRefusal) = (3, Duration.seconds(5))
}
