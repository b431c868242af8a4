/// While a switch is on its way.
extension Situation {
    private var view: MemberView { known.view }

    // MARK: What is done instead

    /// Decides again under the record that the intent replaced, as if it had not been announced: it must not count against
    /// itself.
    ///
    /// - Returns: what is done instead; nil: the switch is still right.
    func stepInstead(of progress: RoleSwitch) -> NextStep? {
        if let request = progress.request, progress.refusal == nil,
            progress.move.cause == .switchover || progress.move.cause == .fenced
        {
            return stillAsks(for: progress, request) ? nil : withdrawal(of: progress)
        }
        switch rulesBefore(progress).decide() {
        case .move(let move) where move.target?.id != progress.move.target?.id:
            if lacksScores(for: move) { return .decide }
            let words = "the role could not go to \(progress.move.target?.name ?? "nobody"); it went to another"
            let from = progress.from.map(\.name)
            let refusal = progress.refusal ?? words
            return .begin(
                beginning(move, insteadOf: progress.request, since: from, replacing: progress, because: refusal)
            )
        case .move, .wait, .confirm, .score: return nil
        case .keep(let keep): return .adopt(adoption(of: keep.active, insteadOf: progress))
        case .adopt(let active): return .adopt(adoption(of: active, insteadOf: progress))
        }
    }

    /// What is done because of the target: it is no good any more, or denies its promotion for good; nil: it is still right.
    func stepForItsTarget(of progress: RoleSwitch) -> NextStep? {
        if !isTargetStillRight(progress) { return .decide }
        return otherTarget(insteadOf: progress).map { .changeTarget(progress, to: $0) }
    }

    /// Takes back a move of which no pod was written yet.
    func withdrawal(of progress: RoleSwitch, answer: RequestAnswer? = nil) -> NextStep {
        guard view.actives.count == 1 else { return .decide }
        return .adopt(adoption(of: view.actives[0], insteadOf: progress, answer: answer))
    }

    private func adoption(of active: Member, insteadOf progress: RoleSwitch, answer: RequestAnswer? = nil) -> Adoption {
        var fenced = known.record?.fenced ?? []
        if case .fence(let name) = progress.request?.action, progress.ground?.fenced.contains(name) != true {
            fenced.remove(name)
        }
        return Adoption(active: active, withdrawing: progress.epoch, fenced: fenced, answer: answer)
    }

    /// Another request of an operator while a switch waits: one that moves nothing is answered, and a move takes the
    /// place of this one; nil: nothing is asked that could be answered now.
    func request(beside progress: RoleSwitch) -> NextStep? {
        guard let record = known.record, let request = record.request, request.id != progress.request?.id,
            !lacksScores(for: request)
        else { return nil }
        switch requestRules(record).outcome(of: request) {
        case .waits: return nil
        case .move where isExhausted: return nil
        case .move(let move, let base):
            return .begin(.init(move: move, base: base, request: request, replaced: progress))
        case .answered(let next):
            // Before this switch has sealed the others, what another announced for it may still be done.
            let isRefused = next.answers.last?.outcome == .refused
            if isRefused, record.history.contains(where: { $0.request == request.id && $0.duration == nil }) {
                return nil
            }
            return .answer(request, next)
        }
    }

    // MARK: Whether it is announced

    /// The record under which a move is begun by the write of the slice that decides who is active, without an announcement before
    /// it; nil: the record announces it.
    ///
    /// One write of one object that orders the epochs itself needs none. It costs half the time where the API server's writes are the
    /// limit; what people asked for is on record before it is done all the same. A slice tells of one move alone: where each has hooks,
    /// the one before is on record first.
    func groundWithoutAnnouncement(of beginning: Beginning) -> StoredRecord? {
        let cause = beginning.move.cause
        guard known.policy.ownsEndpoints, cause.isFailover || cause == .noActive,
            beginning.move.target != nil, beginning.request == nil, beginning.base == nil, beginning.replaced == nil,
            let ground = known.records.stored, ground.record.request == nil,
            let slice = view.endpoints?.slices.first, slice.version != nil,
            view.highestEpoch ?? Epoch(0) <= ground.record.epoch, announcedInVain == nil,
            known.policy.hooks.kinds.isEmpty || !known.records.isBehind
        else { return nil }
        return ground
    }

    // MARK: Whether it is still right

    /// How long a move may take to come to its first write that matters before its ground is looked at again.
    var patience: Duration { max(known.policy.verdictWindow, .seconds(1)) }

    /// Whether a higher epoch was met before anything was written.
    func isSuperseded(_ progress: RoleSwitch) -> Bool {
        let highest = max(view.highestEpoch ?? Epoch(0), known.records.observedEpoch ?? Epoch(0))
        if highest > progress.epoch { return true }
        // Nothing announced that it would be alone in having its epoch.
        return progress.isUnannounced && !progress.isPromoting && highest == progress.epoch
    }

    /// Whether the target is still there and a candidate and, before it is promoted, not worse than another.
    private func isTargetStillRight(_ progress: RoleSwitch) -> Bool {
        guard let id = progress.move.target?.id else { return true }
        guard let target = view[id] else { return false }
        if case .fence(target.name) = known.records.pendingRequest?.action { return false }
        if known.records.pendingFenced.contains(target.name) { return false }
        let isForced = progress.move.isForced
        let candidacy = candidacy(of: target)
        let isLastResort = candidacy.isLastResort && !view.all.contains { self.candidacy(of: $0) == .candidate }
        guard candidacy.allows(isForced: isForced) || isLastResort else { return false }
        guard !progress.isPromoting, view.health(of: id) == .unhealthy, !isForced else { return true }
        return otherHealthyCandidate(than: id) == nil
    }

    /// Who gets the role because the API server denies it to the target for good; nil: it does not, or there is nobody.
    ///
    /// Of two that are both denied it the role would go to and fro: who was denied it a short time ago comes after all others, and each
    /// time later.
    private func otherTarget(insteadOf progress: RoleSwitch) -> Member? {
        guard !isExhausted, let id = progress.move.target?.id, let end = progress.endOfPatience, end <= now,
            !mayWithdraw(progress)
        else { return nil }
        if let other = otherHealthyCandidate(than: id, where: { !view.history.isRefused($0) }) { return other }
        return returnsToRefused(from: progress).map { $0 <= now } ?? false ? otherHealthyCandidate(than: id) : nil
    }

    /// When the role may go to a member that was denied it a short time ago: when the target was denied it for as long as nobody had it
    /// before, so that this doubles; nil: the target is not denied it.
    private func returnsToRefused(from progress: RoleSwitch) -> MonotonicTime? {
        progress.deniedSince.map { denied in
            let before = view.history.unservedSince.map { denied.since($0) } ?? .zero
            return denied + min(max(before, Self.shortestDenial), Self.longestDenial)
        }
    }

    private static let (shortestDenial, longestDenial) = (Duration.seconds(5), Duration.seconds(160))

    /// When another target may be chosen, as far as that is to come; nil: no such time.
    func nextEndOfPatience(of progress: RoleSwitch) -> MonotonicTime? {
        [progress.endOfPatience, returnsToRefused(from: progress)].compactMap(\.self).filter { now < $0 }.min()
    }

    /// Whether a move can be taken back without a trace, because somebody else is active and nobody was written.
    func mayWithdraw(_ progress: RoleSwitch) -> Bool {
        progress.move.cause.isVoluntary && progress.isWithdrawable && view.actives.count == 1
    }

    /// What a switch needs to know to go on.
    var surroundings: SwitchSurroundings {
        let (announced, run) = (known.record?.announced, known.run)
        return .init(
            view: view,
            now: now,
            policy: known.policy,
            run: run,
            seenDemoted: known.records.outgoing?.demoted ?? [:],
            awaitedHooks: awaitedHooks,
            isAnnounced: { announced?.mayName($0, apartFrom: run) ?? true }
        )
    }

    /// Whether the operator still asks for the move, and nothing speaks against it.
    private func stillAsks(for progress: RoleSwitch, _ request: OperatorRequest) -> Bool {
        guard known.record?.request?.id == request.id, let ground = progress.ground,
            case .move(let move, _) = requestRules(ground).outcome(of: request)
        else { return false }
        return move.target?.id == progress.move.target?.id
    }

    /// The rules as they were before the move was announced.
    private func rulesBefore(_ progress: RoleSwitch) -> DecisionRules {
        var rules = rules(progress.ground)
        rules.moves.withdraw(progress.epoch)
        rules.chosen = progress.move.target?.id
        return rules
    }

    private func otherHealthyCandidate(
        than id: Member.ID,
        where isRight: (Member.ID) -> Bool = { _ in true }
    ) -> Member? {
        let others = view.all.filter {
            $0.id != id && view.candidacy(of: $0, under: known.policy) == .candidate
                && view.health(of: $0.id) == .healthy && isRight($0.id)
        }
        return Ranking(view).best(of: others)
    }

    private func candidacy(of member: Member) -> Candidacy { Candidacy(of: member, under: known.policy) }
}
