/// What is to be done about an operator's request.
struct RequestRules {
    /// The rules under which the group decides by itself.
    var rules: DecisionRules
    /// The record that the request was read from; the answer is written into a copy of it.
    var record: GroupRecord
    /// Whether the configuration itself pauses the group.
    var isPausedByConfiguration: Bool

    /// What a request leads to.
    enum Outcome: Sendable, Hashable {
        /// The record as it is to be, with the answer in it.
        case answered(GroupRecord)
        /// It cannot be said yet: a verdict may come until then.
        case waits(until: MonotonicTime)
        /// A move; the answer follows its end.
        case move(Decision.Move, GroupRecord)
    }

    /// Carries a request as far as it can be carried without a pod.
    func outcome(of request: OperatorRequest) -> Outcome {
        if let end = request.endOfWait(rules.policy.due, at: rules.now), !isBegun(request) { return .waits(until: end) }
        return switch request.action {
        case .switchover(let name, let isForced): switchover(to: name, isForced: isForced, request)
        case .pause(let duration): pause(for: duration, request)
        case .resume: resume(request)
        case .fence(let name): fence(name, request)
        case .unfence(let name): unfence(name, request)
        case .unintelligible(let problem): refused(request, "not understood: \(problem)")
        }
    }

    /// Whether a move was announced for it, so that its time has come, whatever the wall clock says by now.
    private func isBegun(_ request: OperatorRequest) -> Bool {
        !request.id.isEmpty && record.history.contains { $0.request == request.id }
    }

    // MARK: Switchover

    private func switchover(to name: String?, isForced: Bool, _ request: OperatorRequest) -> Outcome {
        // Whoever carried it out did not come to answer it.
        if !request.id.isEmpty, let move = record.history.last(where: { $0.request == request.id && wasMade($0) }) {
            var next = record
            let from = move.from.isEmpty ? "nobody" : move.from.joined(separator: ", ")
            let words = "moved from \(from) to \(move.target ?? "nobody")"
            next.answer(.init(id: request.id, outcome: .done, explanation: words, move: move))
            return .answered(next)
        }
        // What an operator asked for after it was begun, and that was done, holds.
        if !request.id.isEmpty, let begun = record.history.lastIndex(where: { $0.request == request.id }),
            let other = record.history[(begun + 1)...].last(where: { $0.request != nil && wasMade($0) })
        {
            return refused(request, "a later request took its place: the role went to \(other.target ?? "nobody")")
        }
        // Somebody else's move took the place of the one that was announced for it, and led to the same.
        if name == nil, !request.id.isEmpty, let begun = record.history.first(where: { $0.request == request.id }),
            case let actives = rules.view.actives, actives.count == 1,
            request.isMet(by: actives[0], insteadOf: begun.from)
        {
            let from = begun.from.isEmpty ? "nobody" : begun.from.joined(separator: ", ")
            return done(request, "the role has left \(from) for \(actives[0].name)")
        }
        guard let name else {
            let actives = Set(rules.view.actives.map(\.id))
            let best = rules.ranking.best(
                of: rules.healthyCandidates.filter { !actives.contains($0.id) && rules.view.unfitness(of: $0) == nil }
            )
            let others = rules.view.all.filter { !actives.contains($0.id) && rules.isCandidate($0) }
            if best == nil, let end = endOfPatience(with: others) { return .waits(until: end) }
            guard let best else { return refused(request, "no other member is a healthy candidate (\(trace))") }
            return .move(.init(target: best, cause: .switchover, isForced: isForced), record)
        }
        guard let target = rules.view.all.first(where: { $0.name == name }) else {
            return refused(request, unknownPod(name))
        }
        if rules.view.actives == [target] { return done(request, "\(name) is active already") }
        let candidacy = Candidacy(of: target, under: rules.policy)
        let health = rules.view.health(of: target.id)
        let isFit = health == .healthy && rules.view.unfitness(of: target) == nil
        if isForced, candidacy.allows(isForced: true), rules.wouldLeave(target) {
            let words =
                "\(target.name) is no target: \(UnfitNodes.Reason.leaving), so that the role would leave it at once"
            return refused(request, words + "; uncordon the node first")
        }
        if candidacy.allows(isForced: isForced), isForced || isFit {
            return .move(.init(target: target, cause: .switchover, isForced: isForced), record)
        }
        if candidacy == .candidate, let end = endOfPatience(with: [target]) { return .waits(until: end) }
        return refused(request, reason(target, candidacy, health, isForced: isForced))
    }

    /// Whether the target of a move in the record was promoted for it.
    private func wasMade(_ move: MoveEntry) -> Bool {
        let isWritten = rules.view.shows(move.target, at: move.epoch)
        let isLeft = record.history.contains { $0.epoch > move.epoch && $0.from.contains(move.target ?? "") }
        return move.duration != nil || isWritten || isLeft
    }

    /// Until when one of these members may still come to its first verdict; nil if none can.
    private func endOfPatience(with members: [Member]) -> MonotonicTime? {
        let ends = members.filter { rules.view.health(of: $0.id) == .unknown }.compactMap { member in
            rules.view.unknownSince(member.id).map {
                $0 + rules.policy.verdictWindow
            }
        }
        return ends.max().flatMap { rules.now < $0 ? $0 : nil }
    }

    private func reason(_ target: Member, _ candidacy: Candidacy, _ health: Health, isForced: Bool) -> String {
        let advice = candidacy.allows(isForced: true) && !isForced ? "; --force promotes it all the same" : ""
        switch candidacy {
        case .candidate:
            if health == .healthy, let unfitness = rules.view.unfitness(of: target) {
                return "\(target.name) is no target: \(unfitness)\(advice)"
            }
            return "\(target.name) is \(health.rawValue)\(advice)"
        case .refused(let refusal): return "\(target.name) is no candidate: \(refusal)\(advice)"
        }
    }

    // MARK: Pause and resume

    private func pause(for duration: Duration?, _ request: OperatorRequest) -> Outcome {
        var next = record
        next.pause = Pause(id: request.id, rest: duration)
        next.answer(.init(id: request.id, outcome: .done, explanation: "automatic moves are paused"))
        return .answered(next)
    }

    private func resume(_ request: OperatorRequest) -> Outcome {
        var next = record
        next.pause = nil
        next.forgivenEpoch = record.epoch
        let words =
            isPausedByConfiguration
            ? "the pause on the Lease is over, but the configuration says paused: true"
            : "automatic moves are made again"
        next.answer(.init(id: request.id, outcome: .done, explanation: words))
        return .answered(next)
    }

    // MARK: Fences

    private func fence(_ name: String, _ request: OperatorRequest) -> Outcome {
        guard rules.view.all.contains(where: { $0.name == name }) else { return refused(request, unknownPod(name)) }
        var next = record
        next.fenced.insert(name)
        guard rules.view.actives.contains(where: { $0.name == name }) else {
            next.answer(.init(id: request.id, outcome: .done, explanation: "\(name) will not be promoted"))
            return .answered(next)
        }
        // Where another is active as well, it stays.
        let others = rules.healthyCandidates.filter { $0.name != name }
        let actives = others.filter { $0.role == .active }
        let lasting = rules.view.actives.filter { $0.name != name && rules.isCandidate($0) }
        let best = rules.ranking.best(of: actives.isEmpty ? (others.isEmpty ? lasting : others) : actives)
        return .move(.init(target: best, cause: .fenced, finding: best == nil ? .noHealthyCandidate : nil), next)
    }

    private func unfence(_ name: String, _ request: OperatorRequest) -> Outcome {
        guard record.fenced.contains(name) else {
            let names = record.fenced.sorted().joined(separator: ", ")
            return refused(request, "\(name) is not fenced; fenced are \(names.isEmpty ? "none" : names)")
        }
        var next = record
        next.fenced.remove(name)
        next.answer(.init(id: request.id, outcome: .done, explanation: "\(name) may be promoted again"))
        return .answered(next)
    }

    // MARK: Answers

    private func done(_ request: OperatorRequest, _ explanation: String) -> Outcome {
        var next = record
        next.answer(.init(id: request.id, outcome: .done, explanation: explanation))
        return .answered(next)
    }

    private func refused(_ request: OperatorRequest, _ explanation: String) -> Outcome {
        var next = record
        next.answer(.init(id: request.id, outcome: .refused, explanation: explanation))
        return .answered(next)
    }

    private var trace: DecisionTrace { DecisionTrace(view: rules.view, policy: rules.policy) }

    private func unknownPod(_ name: String) -> String {
        let names = rules.view.all.map(\.name).joined(separator: ", ")
        return "the group has no pod \(name); its pods are \(names.isEmpty ? "none" : names)"
    }
}
