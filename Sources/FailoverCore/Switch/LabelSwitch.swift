/// A switch by role labels, once it is announced: read, seal, try, demote, settle, promote.
///
/// In `PromoteFirst` the promotion comes before the demotions, and nothing settles between them.
struct LabelSwitch: SwitchWay, Sendable, Hashable {
    /// What is waited for.
    enum Step: Sendable, Hashable {
        /// Every other member that is not active is being written passive, unless it cannot be changed any more.
        case sealing
        /// The API server is asked whether it would take a write.
        case trying(OperationID)
        /// Every other active member is being written passive.
        case demoting
        /// The Service's endpoints are to show the demoted members no more.
        case settling(OperationID)
        /// Nobody is promoted before it is proved that those who were active act so no more.
        case gating
        /// The target is being written active.
        case promoting
    }

    /// What is to be done.
    let plan: SwitchPlan
    /// What it waits for now.
    private(set) var step = Step.sealing
    /// The passive role on members that were not active.
    private(set) var seals: [Member.ID: RoleAssignment] = [:]
    /// Members that cannot be written, and whom nobody can have promoted.
    private(set) var passedOver: Set<Member.ID> = []
    /// The passive role on members that were active.
    private(set) var demotions: [Member.ID: RoleAssignment] = [:]
    /// The active role on the target.
    private(set) var promotion: RoleAssignment?
    /// The write that is being tried, or was last.
    private(set) var trial: RoleWrite?
    /// Writes that were tried.
    private(set) var trialCount = 0
    /// Why the API server would not take that; nil: it would, or was not asked, or did not say.
    private(set) var trialRefusal: OperationFailure?
    /// Whether the endpoints show the demoted members no more, or it was waited for that.
    private(set) var isSettled = false
    /// What is proved of those who were active; nil: nobody was asked yet.
    @Seldom private(set) var passage: GatePassage?

    /// Nothing is written yet.
    init(_ plan: SwitchPlan) {
        self.plan = plan
    }

    // MARK: Answers

    /// The API server said whether it would take the write that is tried.
    ///
    /// - Returns: whether that was asked for.
    mutating func tried(_ id: OperationID, _ outcome: RoleTrialOutcome) -> Bool {
        guard step == .trying(id) else { return false }
        step = .sealing
        if case .refused(let failure) = outcome { trialRefusal = failure }
        return true
    }

    /// The move has to be made all the same.
    mutating func disregardTrial() {
        trialRefusal = nil
    }

    /// The endpoints are settled, or it was waited for them long enough.
    ///
    /// - Returns: whether that was asked for.
    mutating func settled(_ id: OperationID) -> Bool {
        guard step == .settling(id) else { return false }
        isSettled = true
        return true
    }

    /// The wait for a proof, passed to `body` by reference; nothing if none is waited for.
    mutating func withPassage(_ body: (inout GatePassage) -> [Effect]) -> [Effect] {
        guard var passage else { return [] }
        defer { self.passage = passage }
        return body(&passage)
    }

    /// Every assignment under way, each passed to `body` by reference.
    mutating func forEachAssignment(_ body: (inout RoleAssignment) -> Void) {
        func visit(_ all: inout [Member.ID: RoleAssignment]) {
            for id in all.keys.sorted(by: { $0.uid < $1.uid }) {
                if var assignment = all[id] {
                    body(&assignment)
                    all[id] = assignment
                }
            }
        }
        visit(&seals)
        visit(&demotions)
        if var assignment = promotion {
            body(&assignment)
            promotion = assignment
        }
    }

    // MARK: Steps

    /// Continues as far as the answers allow.
    mutating func advance(in surroundings: SwitchSurroundings, _ ids: inout OperationIDs) -> [Effect] {
        var effects: [Effect] = []
        var last: Step?
        while last != step {
            last = step
            switch step {
            case .trying: break
            case .sealing: seal(surroundings, &ids, &effects)
            case .demoting: demote(surroundings, &ids, &effects)
            case .settling: if isSettled { step = .gating }
            case .gating: passGate(surroundings, &ids, &effects)
            case .promoting: promote(surroundings, &ids, &effects)
            }
        }
        return effects
    }

    private mutating func seal(_ around: SwitchSurroundings, _ ids: inout OperationIDs, _ effects: inout [Effect]) {
        for member in unsealed(around) {
            seals[member.id] = assignment(.passive, on: member, .seal, &ids, &effects)
        }
        passOver(seals, around)
        guard seals.values.allSatisfy(isDone), trialRefusal == nil else { return }
        let trials = trials(around)
        if trialCount < trials.count {
            let id = ids.next()
            trial = trials[trialCount]
            trialCount += 1
            step = .trying(id)
            effects.append(.tryRole(id, trials[trialCount - 1]))
        } else {
            step = around.policy.order == .demoteFirst ? .demoting : .promoting
        }
    }

    /// Members that are not active, deny their write or fail it again and again, and cannot have been promoted by anybody, are not
    /// waited for.
    ///
    /// What becomes of a write that takes the role from such a member changes nothing, however late.
    private mutating func passOver(_ assignments: [Member.ID: RoleAssignment], _ around: SwitchSurroundings) {
        for (id, write) in assignments {
            if around.view[id]?.role == .active { passedOver.remove(id) }
            guard write.isRefused || write.isFailing, around.view[id]?.role != .active, write.member.role != .active
            else { continue }
            if !around.run.mayPromote(write.member), !around.isAnnounced(write.member) { passedOver.insert(id) }
        }
    }

    /// What is tried first, for a voluntary move must cost neither an outage nor two active: the promotion and, if that
    /// is not the last, the demotions.
    private func trials(_ around: SwitchSurroundings) -> [RoleWrite] {
        guard plan.move.cause.isVoluntary, let target = plan.move.target.flatMap({ around.view[$0.id] }) else {
            return []
        }
        let promotion = RoleWrite(member: target, role: .active, epoch: plan.epoch, urgency: .seal)
        if around.policy.order == .demoteFirst { return [promotion] }
        return [promotion]
            + others(around).filter { $0.role == .active }.map {
                RoleWrite(member: $0, role: .passive, epoch: plan.epoch, urgency: .seal)
            }
    }

    private mutating func demote(_ around: SwitchSurroundings, _ ids: inout OperationIDs, _ effects: inout [Effect]) {
        for member in activeOthers(around) {
            demotions[member.id] = assignment(.passive, on: member, .demotion, &ids, &effects)
        }
        // Whose label somebody took away meanwhile needs no more than a seal.
        passOver(demotions, around)
        guard demotions.values.allSatisfy(isDone) else { return }
        let gone = demotions.values.filter { $0.stage == .acknowledged }.map(\.member)
        if around.policy.order == .promoteFirst || plan.move.target == nil || gone.isEmpty || isSettled {
            step = .gating
        } else {
            let id = ids.next()
            step = .settling(id)
            effects.append(.settleEndpoints(id, without: gone.sorted { $0.name < $1.name }))
        }
    }

    private mutating func passGate(_ around: SwitchSurroundings, _ ids: inout OperationIDs, _ effects: inout [Effect]) {
        guard around.policy.waitsForOutgoing, let target = plan.move.target, !plan.move.isForced, promotion == nil
        else {
            step = .promoting
            return
        }
        if !activeOthers(around).isEmpty {
            step = .demoting
            return
        }
        var passage = self.passage ?? GatePassage(of: plan, around)
        passage.take(steppedBack, at: plan.epoch, around.now)
        effects += passage.advance(to: target, around, &ids)
        self.passage = passage
        if passage.isOpen(around.policy.promotionGate, at: around.now) { step = .promoting }
    }

    private mutating func promote(_ around: SwitchSurroundings, _ ids: inout OperationIDs, _ effects: inout [Effect]) {
        // Who joined meanwhile is sealed, too.
        if promotion == nil, plan.move.target != nil, !unsealed(around).isEmpty {
            step = .sealing
            return
        }
        let isActiveLeft = !activeOthers(around).isEmpty
        let mayPromote = around.policy.order == .promoteFirst || !isActiveLeft
        if mayPromote, promotion == nil, let id = plan.move.target?.id, let target = around.view[id] {
            promotion = assignment(.active, on: target, .promotion, &ids, &effects)
        }
        let mayDemote = around.policy.order == .demoteFirst ? promotion == nil : promotion?.isSettled ?? true
        if isActiveLeft, mayDemote { step = .demoting }
    }

    /// Members that are to be demoted, and those that somebody labelled active since they were.
    private func activeOthers(_ around: SwitchSurroundings) -> [Member] {
        others(around).filter { member in
            guard member.role == .active else { return false }
            return demotions[member.id].map { $0.stage == .acknowledged && $0.member.version < member.version } ?? true
        }
    }

    private func unsealed(_ around: SwitchSurroundings) -> [Member] {
        others(around).filter { $0.role != .active && seals[$0.id] == nil && !around.run.seals($0) }
    }

    private func others(_ around: SwitchSurroundings) -> [Member] {
        around.view.all.filter { $0.id != plan.move.target?.id }
    }

    private func assignment(
        _ role: Role,
        on member: Member,
        _ urgency: WriteUrgency,
        _ ids: inout OperationIDs,
        _ effects: inout [Effect]
    ) -> RoleAssignment {
        RoleAssignment(role, at: plan.epoch, on: member, urgency: urgency, ids: &ids, effects: &effects)
    }
}
