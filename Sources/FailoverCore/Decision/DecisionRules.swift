/// The rules, as a function of configuration, observed members, record, time and what has been seen before.
///
/// Nothing here remembers: a doubled or missed event cannot change the outcome.
struct DecisionRules {
    var policy: GroupPolicy
    var view: MemberView
    var record: GroupRecord?
    var history: GroupHistory
    var now: MonotonicTime

    private var ranking: Ranking { Ranking(view) }

    /// Applies the rules in order.
    func decide() -> Decision {
        if let holder = unfinishedHolder { return finish(holder) }
        let actives = view.actives
        let viable = actives.filter { $0.lifecycle != .finished }
        switch viable.count {
        case 0: return withoutActive(isGone: !actives.isEmpty || history.hasSeenActive)
        case 1 where actives.count == 1: return withActive(viable[0])
        default: return withSeveralActive(viable, all: actives)
        }
    }

    // MARK: An unfinished switch

    /// The holder of a record whose switch was announced and, as far as its pod shows, never done.
    private var unfinishedHolder: Member? {
        guard let record, record.origin == .intended else { return nil }
        guard let holder = view.all.first(where: record.names), holder.epoch != record.epoch else { return nil }
        return view.actives == [holder] ? nil : holder
    }

    /// Completes an announced switch to its holder or, if that cannot be, to a better member.
    private func finish(_ holder: Member) -> Decision {
        let isUsable = isCandidate(holder) && view.health(of: holder.id) != .unhealthy
        if isUsable { return .move(.init(target: holder, cause: .unfinishedSwitch)) }
        if let better = bestHealthyCandidate() { return .move(.init(target: better, cause: .unfinishedSwitch)) }
        let actives = view.actives
        return actives.count == 1 ? withActive(actives[0]) : withoutActive(isGone: true)
    }

    // MARK: Nobody active (rules 4 and 5)

    private func withoutActive(isGone: Bool) -> Decision {
        if let holder = recordedHolder, isCandidate(holder), view.health(of: holder.id) == .healthy {
            return .move(.init(target: holder, cause: .labelLost))
        }
        let candidates = view.all.filter(isCandidate)
        guard let since = history.nobodyActiveSince, !candidates.isEmpty else {
            return .wait(until: nil, finding: .noHealthyCandidate)
        }
        let deadline = since + policy.verdictWindow
        let isVerdictOut = candidates.contains { view.health(of: $0.id) == .unknown } && now < deadline
        let cause: SwitchCause = isGone ? .activeGone : .noActive
        if let best = bestHealthyCandidate(), history.hasSeenActive || !isVerdictOut {
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

    // MARK: One active (rules 3, 5 and 6)

    private func withActive(_ active: Member) -> Decision {
        if active.lifecycle == .terminating { return moveNow(from: active, cause: .activeTerminating) }
        if !active.hasAddress { return moveNow(from: active, cause: .activeWithoutAddress) }
        switch view.health(of: active.id) {
        case .healthy, .unknown: return stay(active)
        case .unhealthy: return moveFromUnhealthy(active)
        }
    }

    /// Rule 5: no threshold, no delay; without a healthy candidate the active member stays until it is gone.
    private func moveNow(from active: Member, cause: SwitchCause) -> Decision {
        guard let best = bestHealthyCandidate() else { return stay(active, finding: .noHealthyCandidate) }
        return .move(.init(target: best, cause: cause))
    }

    /// Rule 6.
    ///
    /// When everybody fails, or recovers, within one period, the first to reach its threshold must not move the role: a
    /// verdict that the last probes contradict is waited for.
    private func moveFromUnhealthy(_ active: Member) -> Decision {
        let since = history.unhealthySince[active.id] ?? now
        let best = bestHealthyCandidate()
        let certain = max(endOfDoubt(of: active), best.map(endOfDoubt) ?? now)
        let due = max(since + policy.delay, certain)
        if now < due { return .wait(until: due, finding: best == nil ? .noHealthyCandidate : nil) }
        if let best { return .move(.init(target: best, cause: .activeUnhealthy)) }
        if mayDemoteWithoutReplacement {
            return .move(.init(target: nil, cause: .activeUnhealthy, finding: .noHealthyCandidate))
        }
        return stay(active, finding: .noHealthyCandidate)
    }

    /// Until when a member's verdict is in doubt at most; in the past if it is not.
    private func endOfDoubt(of member: Member) -> MonotonicTime {
        guard let since = history.doubtedSince[member.id] else { return MonotonicTime(nanoseconds: 0) }
        return since + policy.verdictWindow
    }

    /// Under `DemoteActive`, only when every candidate has its verdict, and only when our probes ever reached a member:
    /// a supervisor whose probes are blocked from the first day is blind, and blindness demotes nobody.
    private var mayDemoteWithoutReplacement: Bool {
        policy.whenNoneHealthy == .demoteActive && history.hasSeenHealthy
            && !view.all.contains { isCandidate($0) && view.health(of: $0.id) == .unknown }
    }

    private func stay(_ active: Member, finding: Decision.Finding? = nil) -> Decision {
        guard let record, record.names(active), record.epoch >= view.highestEpoch ?? record.epoch else {
            return .adopt(active)
        }
        return .keep(active, repairs: unlabelledMembers, finding: finding)
    }

    // MARK: Several active (rule 7)

    private func withSeveralActive(_ viable: [Member], all: [Member]) -> Decision {
        let lasting = viable.filter { $0.lifecycle == .running }
        let eligible = lasting.isEmpty ? viable : lasting
        let recorded = eligible.first { record?.names($0) ?? false }
        guard let keeper = recorded ?? ranking.best(of: eligible) else { return withoutActive(isGone: true) }
        let finding = Decision.Finding.multipleActive(all.map(\.name))
        guard let record, record.names(keeper), record.epoch >= view.highestEpoch ?? record.epoch else {
            return .move(.init(target: keeper, cause: .multipleActive, finding: finding))
        }
        let surplus = all.filter { $0.id != keeper.id }
        return .keep(keeper, repairs: surplus + unlabelledMembers, finding: finding)
    }

    // MARK: Members

    private var recordedHolder: Member? {
        guard let record else { return nil }
        return view.all.first(where: record.names)
    }

    private var unlabelledMembers: [Member] {
        guard policy.labelsPassiveMembers else { return [] }
        return view.all.filter { $0.role == nil && $0.lifecycle == .running }
    }

    private func isCandidate(_ member: Member) -> Bool {
        Candidacy(of: member, under: policy) == .candidate
    }

    private func bestHealthyCandidate() -> Member? {
        ranking.best(of: view.all.filter { isCandidate($0) && view.health(of: $0.id) == .healthy })
    }
}
