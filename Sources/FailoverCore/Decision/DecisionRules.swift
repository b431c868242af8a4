/// The rules, as a function of configuration, observed members, record, time and what has been seen before.
///
/// Nothing here remembers: a doubled or missed event cannot change the outcome.
struct DecisionRules {
    /// Of the supervisor that decides.
    var identity: String
    /// The configuration, with the fences of the record in it.
    var policy: GroupPolicy
    /// The members with their evidence, as of `now`.
    var view: MemberView
    /// The newest record; nil: the group has none, or none is known yet.
    var record: GroupRecord?
    /// What cooldown, flap limit and patience are counted from.
    var moves: MoveHistory
    /// What is left of the limits on setting right labels that somebody else changes.
    var repairs: RepairBudget
    /// Nil: none was reported; one that is over may still be here, so that each rule compares its end with `now`.
    var suspension: Suspension?
    /// The probes that a move waits for; nil: none were asked for.
    var confirmation: Confirmation?
    /// The opinions of others on the active member.
    var inquiry = Inquiry()
    /// When it is decided; every time that a rule compares is of the same clock.
    var now: MonotonicTime
    /// Whether moves are withheld, all but what was announced before.
    var isHeld = false
    /// Whom a move leads to that this supervisor has announced over the record; nil: none is.
    var chosen: Member.ID?
    /// Until when a request is left to the supervisor that has announced a move for it; nil: none is.
    var endOfAnnouncedRequest: MonotonicTime?

    /// Whether a healthy candidate is probed once more before it takes over from an unhealthy member, so that a
    /// failure of our own probes moves nothing; while moves are withheld, no probe is asked for to confirm them.
    var confirmsCandidates: Bool { !isHeld }

    /// Rule 8, for a move that leaves no particular member.
    var ranking: Ranking { Ranking(view) }

    /// Applies the rules in order.
    func decide() -> Decision {
        if let holder = unfinishedHolder { return finish(holder) }
        return decideByActives()
    }

    private func decideByActives() -> Decision {
        let actives = view.actives
        let viable = actives.filter { $0.lifecycle != .finished }
        switch viable.count {
        case 0: return withoutActive(isGone: !actives.isEmpty || view.history.hasSeenActive)
        case 1 where actives.count == 1: return withActive(viable[0])
        default: return withSeveralActive(viable, all: actives)
        }
    }

    // MARK: An unfinished switch

    /// The holder of a record whose switch was announced and, as far as its pod shows, never done.
    ///
    /// A record below an epoch that a pod carries is of an earlier life. One that is only announced is decided anew.
    private var unfinishedHolder: Member? {
        guard let record, record.origin == .intended, record.epoch >= view.highestEpoch ?? record.epoch,
            let holder = view.all.first(where: record.names), holder.epoch.map({ $0 < record.epoch }) ?? true,
            view.actives != [holder], !record.isOnlyAnnounced(view.actives)
        else { return nil }
        return holder
    }

    /// Whether the record holds its last move without the end of it.
    private var isInterrupted: Bool {
        guard let record, record.origin == .intended, let last = record.history.last else { return false }
        return last.epoch == record.epoch && last.target != nil && last.duration == nil
            && !moves.wasSeenMade(last.epoch)
    }

    /// Completes an announced switch to its holder or, if that cannot be, to a better member.
    private func finish(_ holder: Member) -> Decision {
        let isDenied = view.history.isRefused(holder.id)
        let isUsable = isCandidate(holder) && view.health(of: holder.id) != .unhealthy
        // Whoever waits for a proof is not overtaken without need: two supervisors would go on doing that until it comes.
        if view.actives.isEmpty, record?.outgoing.isEmpty == false, let end = endOfPatience {
            return .wait(until: end, finding: nil)
        }
        if isUsable, !isDenied || bestHealthyCandidate() == nil {
            return .move(.init(target: holder, cause: .unfinishedSwitch))
        }
        // The probes of its announcer may reach pods that ours do not; what it has begun is left to it for a while.
        if isCandidate(holder), !isDenied, let end = endOfPatience { return .wait(until: end, finding: nil) }
        if let better = bestHealthyCandidate() { return .move(.init(target: better, cause: .unfinishedSwitch)) }
        if let end = endOfPatience { return .wait(until: end, finding: .noHealthyCandidate) }
        return view.actives.isEmpty ? withoutActive(isGone: true) : decideByActives()
    }

    /// Until when another supervisor's switch is left to it although we do not see where it could end well; nil: no longer.
    ///
    /// Its probes may reach pods that ours do not, and a switch of ours would undo what it has begun.
    var endOfPatience: MonotonicTime? {
        guard let record, record.writer != identity, let since = moves.recordSince else { return nil }
        // One that was announced long before it was seen gets no more time.
        let end = min(since, moves.beginning(of: record.epoch) ?? since) + policy.verdictWindow
        return now < end ? end : nil
    }

    // MARK: Nobody active (rules 4 and 5)

    /// Promotes the recorded holder, else the best healthy candidate, else whom `whenNoneHealthy` allows.
    ///
    /// `isGone`: whether a member was active before, so that the cause is `activeGone` and not `noActive`.
    func withoutActive(isGone: Bool) -> Decision {
        if let holder = recordedHolder, isCandidate(holder), view.health(of: holder.id) == .healthy {
            return limited(.init(target: holder, cause: .labelLost))
        }
        let candidates = possibleMembers
        guard let since = view.history.nobodyActiveSince, !candidates.isEmpty else {
            return .wait(until: nil, finding: .noHealthyCandidate)
        }
        let deadline = since + policy.verdictWindow
        let isVerdictOut = candidates.contains { view.health(of: $0.id) == .unknown } && now < deadline
        let cause: SwitchCause = isHeld && isInterrupted ? .unfinishedSwitch : isGone ? .activeGone : .noActive
        if let best = bestHealthyCandidate(), view.history.hasSeenActive || !isVerdictOut {
            return .move(.init(target: best, cause: cause))
        }
        if isVerdictOut { return .wait(until: deadline, finding: nil) }
        return withoutHealthyCandidate(candidates, cause: cause)
    }

    private func withoutHealthyCandidate(_ candidates: [Member], cause: SwitchCause) -> Decision {
        switch policy.whenNoneHealthy {
        case .keepActive:
            let best = ranking.best(of: candidates)
            return .move(.init(target: best, cause: cause, finding: .noHealthyCandidate))
        case .demoteActive:
            return .wait(until: nil, finding: .noHealthyCandidate)
        }
    }

    /// Sets a label right, unless that was done too often.
    func limited(_ move: Decision.Move) -> Decision {
        if let turn = repairs.nextTurn(.lostRole, at: now) {
            return .wait(until: turn, finding: .drift(policy.carrier))
        }
        return .move(move)
    }

    // MARK: One active (rules 3 and 5)

    private func withActive(_ active: Member) -> Decision {
        if policy.fenced.contains(active.name) { return vacate(active) }
        if let holder = displacedHolder(by: active) { return limited(.init(target: holder, cause: .labelLost)) }
        if active.lifecycle == .terminating { return moveNow(from: active, cause: .activeTerminating) }
        if !active.hasAddress { return moveNow(from: active, cause: .activeWithoutAddress) }
        // What moved the role last counts before it is moved on.
        let isUntold = record.map { view.untoldMove(to: active, by: $0) != nil } ?? false
        if !isUntold, let move = leaveNode(active) { return move }
        if let end = endOfActivation(of: active) { return stay(active, until: end) }
        if isUntold { return stay(active) }
        switch view.health(of: active.id) {
        case .unknown:
            return moveFromUnknown(active) ?? moveFromNotReady(active) ?? heldOnNode(active)
                ?? tellingOfDrain(stay(active))
        case .healthy:
            return moveFromNotReady(active) ?? heldOnNode(active) ?? tellingOfDrain(follow(active) ?? preempt(active))
        case .unhealthy: return moveFromUnhealthy(active)
        }
    }

    /// The member on record, in whose place somebody published another on a slice of ours; nil: nobody did, or it cannot come back.
    ///
    /// A label is an operator's to move; a slice that carries the record's epoch is as it was written, or was changed by others. What
    /// was found so, or has been so for as long as repairs may wait, stays.
    private func displacedHolder(by active: Member) -> Member? {
        guard policy.ownsEndpoints, let record, !record.names(active), record.epoch == view.endpoints?.decidingEpoch,
            let since = view.history.activeSince(active.id), now.since(since) <= RepairLimit.window,
            let holder = recordedHolder, isCandidate(holder), view.health(of: holder.id) == .healthy
        else { return nil }
        return holder
    }

    /// An operator fenced it: it must not be active, even if nobody is then.
    ///
    /// A move that another supervisor has announced for that is left to it for a while.
    private func vacate(_ active: Member) -> Decision {
        let isServing =
            active.lifecycle == .running && active.hasAddress && view.health(of: active.id) != .unhealthy
        if isServing, record?.isOnlyAnnounced(view.actives) ?? false, let end = endOfPatience {
            return .wait(until: end, finding: nil)
        }
        return .move(.init(target: bestHealthyCandidate(leaving: active), cause: .fenced))
    }

    /// Rule 5: no threshold, no delay; without a healthy candidate the active member stays until it is gone.
    private func moveNow(from active: Member, cause: SwitchCause) -> Decision {
        guard let best = bestHealthyCandidate(leaving: active) else {
            return stay(active, finding: .noHealthyCandidate)
        }
        return .move(.init(target: best, cause: cause))
    }

    /// Keeps the active member; it is adopted first if the record names another, or is older than an epoch on a pod.
    ///
    /// `until`: when to decide again although nothing changes; nil: no such time.
    func stay(_ active: Member, finding: Decision.Finding? = nil, until: MonotonicTime? = nil) -> Decision {
        guard let record, record.names(active), record.epoch >= view.highestEpoch ?? record.epoch else {
            // A move that another supervisor has announced and not begun is left to it for a while.
            let isAnnounced = record?.isOnlyAnnounced(view.actives) ?? false
            if let end = endOfAnnouncedRequest ?? (isAnnounced ? endOfPatience : nil) {
                return .wait(until: min(end, until ?? end), finding: finding)
            }
            return .adopt(active)
        }
        return keep(active, surplus: [], finding: finding, until: until)
    }

    // MARK: Several active (rule 7)

    private func withSeveralActive(_ viable: [Member], all: [Member]) -> Decision {
        let lasting = viable.filter { $0.lifecycle == .running }
        let eligible = lasting.isEmpty ? viable : lasting
        let recorded = eligible.first { record?.names($0) ?? false }
        guard let keeper = recorded ?? ranking.best(of: eligible) else { return withoutActive(isGone: true) }
        let finding = Decision.Finding.multipleActive(all.map(\.name))
        // Once that was done too often, the label is taken away again: both are not left active.
        if recorded != nil, let chosen = chosenByHand(besides: keeper, of: all),
            repairs.nextTurn(.lostRole, at: now) == nil
        {
            return .move(.init(target: chosen, cause: .labelledByHand))
        }
        guard let record, record.names(keeper), record.epoch >= view.highestEpoch ?? record.epoch else {
            return .move(.init(target: keeper, cause: .multipleActive, finding: finding))
        }
        return keep(keeper, surplus: all.filter { $0.id != keeper.id }, finding: finding, until: nil)
    }

    /// The one other member that this process saw labelled by hand, if it could be promoted: a switchover by hand.
    ///
    /// One that was found active, or came back as such, is none.
    private func chosenByHand(besides keeper: Member, of actives: [Member]) -> Member? {
        let others = actives.filter { $0.id != keeper.id }
        guard !policy.ownsEndpoints, others.count == 1, let other = others.first,
            view.history.labelledByHand.contains(other.id)
        else {
            return nil
        }
        return isCandidate(other) && view.health(of: other.id) == .healthy ? other : nil
    }

    /// Keeps a member, and repairs the labels of others as often as is allowed.
    private func keep(
        _ active: Member,
        surplus: [Member],
        finding: Decision.Finding?,
        until: MonotonicTime?
    ) -> Decision {
        let missing = policy.labelsPassiveMembers ? view.all.filter { $0.role == nil && $0.lifecycle == .running } : []
        let drifted = missing.filter(isDrift)
        var repairs = missing.filter { !isDrift($0) }
        var turns: [MonotonicTime] = []
        for (members, kind) in [(surplus, RepairBudget.Kind.surplusRole), (drifted, .passiveRole)]
        where !members.isEmpty {
            if let turn = self.repairs.nextTurn(kind, at: now) { turns.append(turn) } else { repairs += members }
        }
        let wake = (turns + [until].compactMap(\.self)).min()
        let drift: Decision.Finding? = turns.isEmpty ? nil : .drift(policy.carrier)
        return .keep(.init(active: active, repairs: repairs, finding: finding ?? drift, until: wake))
    }

    // MARK: Members

    private var recordedHolder: Member? {
        guard let record else { return nil }
        return view.all.first(where: record.names)
    }

    /// Whether a role was written on the member before, so that somebody else took it away or changed it.
    func isDrift(_ member: Member) -> Bool {
        member.role == .active || member.epoch != nil || view.history.labelled.contains(member.id)
    }
}
