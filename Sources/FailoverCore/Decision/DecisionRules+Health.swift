/// The rules that rest on what probes say: leaving an unhealthy member, and returning to a better one.
extension DecisionRules {
    // MARK: The active member is unhealthy (rules 6 and 10)

    /// When everybody fails, or recovers, within one period, the first to reach its threshold must not move the role: a
    /// verdict that the last probes contradict is waited for.
    func moveFromUnhealthy(_ active: Member) -> Decision {
        let since = view.evidence(of: active.id)?.healthSince ?? now
        let best = bestHealthyCandidate(leaving: active)
        let certain = max(endOfContradiction(of: active), best.map(endOfContradiction) ?? now)
        let due = max(since + policy.delay, certain)
        if now < due { return stay(active, finding: best == nil ? .noHealthyCandidate : nil, until: due) }
        if let held = heldBack(active) { return held }
        if best != nil || mayDemoteWithoutReplacement, let withheld = withheldByOpinions(active) { return withheld }
        if let best { return confirmed(best, insteadOf: active) }
        if mayDemoteWithoutReplacement {
            return .move(.init(target: nil, cause: .activeUnhealthy, finding: .noHealthyCandidate))
        }
        return stay(active, finding: .noHealthyCandidate)
    }

    // MARK: The active member was just promoted (rule 2)

    /// Until when a member that was just promoted is given time to become healthy and Ready; nil if that is over.
    ///
    /// Only a success of a probe that began after the promotion ends it early.
    func endOfActivation(of active: Member) -> MonotonicTime? {
        guard policy.activation > .zero, let promoted = promotion(of: active) else { return nil }
        if let success = view.evidence(of: active.id)?.lastSuccessStart, success > promoted { return nil }
        let end = promoted + policy.activation
        return now < end ? end : nil
    }

    /// When the active member was promoted, as far as that is known: what was seen of it before is of another role.
    private func promotion(of active: Member) -> MonotonicTime? {
        // What was announced above the epoch that it carries has not moved the role from it.
        guard let last = record?.history.last(where: { $0.epoch <= active.epoch ?? $0.epoch }),
            last.target == active.name, let end = moves.end(of: last.epoch)
        else { return nil }
        // Of another supervisor's move it may only be known when it was announced.
        return max(end, view.history.activeSince(active.id) ?? end)
    }

    // MARK: The active member gives no verdict, or has no endpoint (rules 2 and 6)

    /// An active member of which nothing is known for longer than a verdict takes yields to a candidate that answers now;
    /// nil: nothing is to be done about it.
    func moveFromUnknown(_ active: Member) -> Decision? {
        guard let due = endOfSilence(of: active) else { return nil }
        if now < due { return stay(active, until: due) }
        guard let best = bestHealthyCandidate(leaving: active) else {
            return moveFromNotReady(active) ?? stay(active, finding: .noHealthyCandidate)
        }
        if let held = heldBack(active) ?? withheldByOpinions(active) { return held }
        if !confirmsCandidates { return .move(.init(target: best, cause: .activeUnknown)) }
        // Both are asked: it is not to move because our probes reached nobody for a while.
        let asked = confirmation?.since ?? now
        let patience = asked + policy.verdictWindow
        let answers = (view.evidence(of: best.id)?.lastSuccess).map { asked <= $0 } ?? false
        let fails = (view.evidence(of: active.id)?.lastFailureStart).map { asked <= $0 } ?? false
        if answers, fails || now >= patience { return .move(.init(target: best, cause: .activeUnknown)) }
        return now < patience ? .confirm([active, best], since: asked, until: patience) : nil
    }

    /// Until when an active member may give no verdict; nil: it is not known.
    func endOfSilence(of active: Member) -> MonotonicTime? {
        guard let since = speechlessSince(active) else { return nil }
        return max(since, promotion(of: active) ?? since) + policy.verdictWindow
    }

    /// Since when a member shows no sign of health: since its last success or, while its probes fail, since it has no
    /// verdict.
    private func speechlessSince(_ active: Member) -> MonotonicTime? {
        guard let silent = view.silentSince(active.id) else { return nil }
        let isFailing = view.evidence(of: active.id)?.failingSince != nil
        return isFailing ? min(silent, view.unknownSince(active.id) ?? silent) : silent
    }

    /// An active member that is not Ready for so long yields to a healthy candidate that is; nil: it is Ready, or not asked.
    func moveFromNotReady(_ active: Member) -> Decision? {
        guard let limit = policy.notReadyLimit, let since = view.history.notReadySince(active.id) else { return nil }
        let due = max(since, promotion(of: active) ?? since) + limit
        if now < due { return stay(active, until: due) }
        let ready = healthyCandidates.filter { $0.isReady && !isContradicted($0) }
        guard let best = best(of: ready, leaving: active) else {
            return stay(active, finding: .activeNotReady(active.name))
        }
        return heldBack(active) ?? .move(.init(target: best, cause: .activeNotReady))
    }

    // MARK: The active member is unhealthy

    /// Until when a member's verdict is contradicted at most; in the past if it is not.
    private func endOfContradiction(of member: Member) -> MonotonicTime {
        guard let since = view.evidence(of: member.id)?.contradictedSince else { return MonotonicTime(nanoseconds: 0) }
        return since + policy.verdictWindow
    }

    /// What keeps a due move from being made.
    func heldBack(_ active: Member) -> Decision? {
        if let suspension, now < suspension.until {
            return stay(active, finding: .suspended(suspension.reason), until: suspension.until)
        }
        if let end = holdEnd { return stay(active, finding: .flapping, until: end) }
        return nil
    }

    /// Until when the group holds because it moved too often; nil if it did not.
    var holdEnd: MonotonicTime? {
        policy.flap.holdEnd(after: moves.flaps(after: record?.forgivenEpoch), at: now)
    }

    /// A candidate's success that is older than the failures of the active member, or younger, proves nothing: if our probes
    /// reached nobody for a while, both failed then.
    ///
    /// It must have succeeded since the failures began, and some candidate between two of them; or both were probed again at
    /// once.
    private func confirmed(_ best: Member, insteadOf active: Member) -> Decision {
        guard confirmsCandidates, let failing = view.evidence(of: active.id)?.failingSince else {
            return move(to: best)
        }
        let asked = confirmation?.since ?? now
        // Probes that give no result, as when we have no descriptors left, must not prevent a move for ever.
        let patience = asked + policy.verdictWindow
        if now >= patience || isProven(best, insteadOf: active, failing: failing) { return move(to: best) }
        return .confirm([active] + healthyCandidates, since: failing, until: patience)
    }

    private func isProven(_ best: Member, insteadOf active: Member, failing: MonotonicTime) -> Bool {
        guard let success = view.evidence(of: best.id)?.lastSuccess,
            let failure = view.evidence(of: active.id)?.lastFailureStart
        else { return false }
        let isReached = healthyCandidates.contains { candidate in
            (view.evidence(of: candidate.id)?.lastSuccess).map { failing <= $0 && $0 <= failure } ?? false
        }
        if failing <= success, isReached { return true }
        // The failure because of which it was asked is none of the answers.
        guard let asked = confirmation?.since else { return false }
        return asked <= success && asked < failure
    }

    private func move(to best: Member) -> Decision {
        .move(.init(target: best, cause: .activeUnhealthy))
    }

    /// Under `DemoteActive`, only when every candidate has its verdict, and only when our probes ever reached a member:
    /// a supervisor whose probes are blocked from the first day knows of no health, and demotes nobody.
    private var mayDemoteWithoutReplacement: Bool {
        policy.whenNoneHealthy == .demoteActive && view.history.hasSeenHealthy
            && !view.all.contains { isCandidate($0) && view.health(of: $0.id) == .unknown }
    }

    // MARK: A better member is healthy (rules 9 and 10)

    /// Returns to the best member of higher priority, if that is asked for and due; an operator's choice stands.
    func preempt(_ active: Member) -> Decision {
        guard let preemption = policy.preemption, !isChosen(active), let better = betterMember(than: active),
            let healthySince = view.evidence(of: better.id)?.unbrokenSince
        else { return stay(active) }
        let due = preemption.due(healthySince: healthySince, lastMove: moves.lastMove)
        let ends = [due, suspension?.until, holdEnd, moves.nextTrial(cooldown: preemption.cooldown)].compactMap(\.self)
        if let end = ends.max(), now < end { return stay(active, until: end) }
        return outsideWindow(active) ?? .move(.init(target: better, cause: .preempted))
    }

    /// What keeps a voluntary move from being made outside of its windows; nil: nothing does.
    func outsideWindow(_ active: Member) -> Decision? {
        guard let window = policy.window, !window.allowsMoves(at: now) else { return nil }
        return stay(active, until: window.until)
    }

    private func betterMember(than active: Member) -> Member? {
        let better = healthyCandidates.filter {
            $0.priority > active.priority && !isContradicted($0) && ($0.isReady || !active.isReady)
                && view.unfitness(of: $0) == nil
        }
        return ranking.best(of: better)
    }

    /// Whether an operator made the member active, or it followed its set, and nothing has moved since.
    ///
    /// Two groups of a set that prefer different nodes would move back and forth for ever if who followed went back by itself.
    private func isChosen(_ active: Member) -> Bool {
        // What was announced above the epoch that it carries has not moved the role from it.
        let made = record?.history.filter { $0.epoch <= active.epoch ?? $0.epoch } ?? []
        guard let record, let last = made.last,
            let first = made.last(where: { $0.cause != .unfinishedSwitch && $0.cause != .targetRefused }),
            first.cause.isPlanned || first.cause == .following
        else { return false }
        return last.target == active.name && record.forgivenEpoch.map { $0 < last.epoch } ?? true
    }
}

/// Probes that were asked for to be sure before the role leaves an unhealthy member.
struct Confirmation: Sendable, Hashable {
    /// When they were asked for.
    let since: MonotonicTime
    private var asked: Set<Member.ID> = []

    /// Probes that are asked for now.
    init(since: MonotonicTime) {
        self.since = since
    }

    /// Notes that a probe of a member is asked for, once.
    ///
    /// - Returns: whether it was not asked before.
    mutating func ask(_ id: Member.ID) -> Bool { asked.insert(id).inserted }
}
