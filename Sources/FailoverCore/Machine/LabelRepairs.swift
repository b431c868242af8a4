/// Labels that are being set right outside of a switch: the passive role on members that lack a role or have one too many, on
/// pods that left while they were active, and roles that are to be labelled anew.
struct LabelRepairs: Sendable, Hashable {
    private var assignments: [Member.ID: RoleAssignment] = [:]
    /// Members whose label was written anew, so that doing it again is a repair.
    private var relabelled: Set<Member.ID> = []
    /// How often it was tried to write members' deletion costs beside a switch.
    ///
    /// Once that is done, what others make of a cost stays until the role is written again.
    private var priced: [Member.ID: Int] = [:]
    /// Tries to write one.
    private static let mostTries = 3

    // MARK: Beginning

    /// Sets the labels right of members that are to be passive, as far as the budget allows.
    ///
    /// `isDrift`: whether a role was written on the member before; the first label of a new pod uses nothing up.
    mutating func makePassive(
        _ members: [Member],
        at epoch: Epoch,
        isDrift: (Member) -> Bool,
        within budget: inout RepairBudget,
        now: MonotonicTime,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        var effects: [Effect] = []
        var isCounted = false
        for member in members where assignments[member.id] == nil {
            if member.role == .active {
                // Several at once are one incident.
                if !isCounted { budget.repaired(.surplusRole, at: now) }
                isCounted = true
            } else if isDrift(member) {
                if budget.nextTurn(.passiveRole, at: now) != nil { continue }
                budget.repaired(.passiveRole, at: now)
            }
            assign(.passive, at: epoch, to: member, .repair, &ids, &effects)
        }
        return effects
    }

    /// Takes the active role from pods that left the members, and from those of these names that carry it with an epoch of ours.
    mutating func demote(
        _ departed: [Member],
        and absent: [GroupRecord.Holder],
        at epoch: Epoch,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        var effects: [Effect] = []
        for member in departed where assignments[member.id] == nil {
            let purpose = RoleAssignment.Purpose.departure(isSure: member.role == .active)
            assign(.passive, at: epoch, to: member, purpose, &ids, &effects)
        }
        for holder in absent {
            let id = holder.id ?? Member.ID("name/\(holder.name)")
            guard assignments[id] == nil else { continue }
            assignments[id] = RoleAssignment(
                demoting: holder,
                at: epoch,
                urgency: .upkeep,
                ids: &ids,
                effects: &effects
            )
        }
        return effects
    }

    /// Writes roles anew on members whose label is being changed, or whose deletion cost does not follow their role: each keeps
    /// the role that it has.
    ///
    /// - Returns: the effects, and when the members that had to wait may be written; nil: none had to wait.
    mutating func relabel(
        _ members: [Member],
        keeping active: Member,
        at epoch: Epoch,
        within budget: inout RepairBudget,
        now: MonotonicTime,
        _ ids: inout OperationIDs
    ) -> (effects: [Effect], until: MonotonicTime?) {
        var effects: [Effect] = []
        var until: MonotonicTime?
        for member in members where assignments[member.id] == nil {
            let isUnpriced = mustPrice(member)
            guard member.isRelabelDue || isUnpriced else { continue }
            if member.isRelabelDue, !relabelled.insert(member.id).inserted {
                if let turn = budget.nextTurn(.passiveRole, at: now) {
                    until = turn
                    continue
                }
                budget.repaired(.passiveRole, at: now)
            }
            // The label may be right; it is written all the same, with what is missing beside it.
            var unlabelled = member
            unlabelled.isRelabelDue = true
            if member.id == active.id { assign(.active, at: epoch, to: unlabelled, .relabelling, &ids, &effects) }
            if member.role == .passive { assign(.passive, at: epoch, to: unlabelled, .relabelling, &ids, &effects) }
        }
        return (effects, until)
    }

    /// A repair ended; one that met somebody else's write, and did not write itself, was no try.
    private mutating func notePrice(_ repair: RoleAssignment) {
        let id = repair.member.id
        guard repair.member.deletionCost != .unasked else { return }
        if repair.wasWritten { priced[id] = Self.mostTries } else if repair.wasHeldUp { priced[id, default: 0] += 1 }
    }

    /// Whether a member's deletion cost is to be written now: once, for another controller may have its own mind about it.
    private mutating func mustPrice(_ member: Member) -> Bool {
        switch member.deletionCost {
        case .unasked:
            priced[member.id] = nil
            return false
        case .told: return false
        case .due:
            let isOpen = priced[member.id, default: 0] < Self.mostTries
            return isOpen && member.role != nil && member.lifecycle == .running
        }
    }

    private mutating func assign(
        _ role: Role,
        at epoch: Epoch,
        to member: Member,
        _ purpose: RoleAssignment.Purpose,
        _ ids: inout OperationIDs,
        _ effects: inout [Effect]
    ) {
        let repair = RoleAssignment(
            role,
            at: epoch,
            on: member,
            purpose: purpose,
            urgency: .upkeep,
            ids: &ids,
            effects: &effects
        )
        if !repair.isSettled { assignments[member.id] = repair }
    }

    /// A record of another epoch is written: repairs under this one are dropped, but for pods that left.
    mutating func abandon() {
        assignments = assignments.filter(\.value.isDeparture)
    }

    /// Pods that are members again are decided about as such.
    mutating func forgetReturned(_ members: [Member]) {
        if !relabelled.isEmpty { relabelled.formIntersection(members.map(\.id)) }
        if !priced.isEmpty {
            let ids = Set(members.map(\.id))
            priced = priced.filter { ids.contains($0.key) }
        }
        assignments = assignments.filter { _, repair in
            // Who is known by its name only is taken for the member of that name.
            let (id, name) = (repair.member.id, repair.member.name)
            return !repair.isDeparture || !members.contains { $0.id == id || id.uid.isEmpty && $0.name == name }
        }
    }

    // MARK: Going on

    /// Whether an operation concerns a pod that left the members.
    func concernsDeparted(_ id: OperationID) -> Bool {
        assignments.values.contains { $0.isDeparture && $0.awaits(id) }
    }

    /// Whether a repair waits for an operation.
    func awaits(_ id: OperationID) -> Bool { assignments.values.contains { $0.awaits(id) } }

    /// Every repair under way, each passed to `body` by reference.
    mutating func visit(_ body: (inout RoleAssignment) -> Void) {
        for id in assignments.keys.sorted(by: { $0.uid < $1.uid }) {
            if var repair = assignments[id] {
                body(&repair)
                assignments[id] = repair
            }
        }
    }

    /// Forgets repairs that came to an end.
    ///
    /// - Returns: the reports, and the pods whose repairs ended.
    mutating func finish() -> (effects: [Effect], ended: [Member.ID]) {
        var effects: [Effect] = []
        var ended: [Member.ID] = []
        for (id, repair) in assignments.sorted(by: { $0.key.uid < $1.key.uid }) {
            switch repair.stage {
            case .writing, .reading, .backingOff: continue
            case .acknowledged where repair.member.role != .passive || !repair.wasWritten: break
            case .acknowledged where repair.isDeparture: effects.append(.report(.departed(repair.member)))
            case .acknowledged: effects.append(.report(.joined(repair.member)))
            case .gone, .altered: break
            case .superseded: effects.append(.report(.steppedBack))
            }
            notePrice(repair)
            assignments[id] = nil
            ended.append(id)
        }
        return (effects, ended)
    }
}
