/// What is reported of a switch.
extension RoleSwitch {
    /// That it begins, and why.
    func announcement(_ trace: DecisionTrace) -> Effect {
        .report(.moveStarted(from: from.map(\.name), to: move.target?.name, move.cause, trace))
    }

    /// The move that it came to, when every role is written.
    func completed(at now: MonotonicTime) -> CompletedMove {
        CompletedMove(
            from: from,
            target: promoted,
            cause: move.cause,
            epoch: epoch,
            duration: now.since(startedAt),
            gap: gap(at: now),
            familyGap: familyGap
        )
    }

    private func gap(at now: MonotonicTime) -> Duration? {
        guard promoted != nil else { return nil }
        // One write takes the traffic from one member and gives it to the other.
        if !demoted.isEmpty, unservedSince == nil, isAtomic { return .zero }
        let isOurs = !demoted.isEmpty || move.cause == .targetRefused || move.cause == .unfinishedSwitch
        return isOurs ? unservedSince.map { (promotedAt ?? now).since($0) } : nil
    }

    /// That it is withdrawn because of an obstacle, and what its request is answered; nil: it has none.
    func withdrawn(because obstacle: SwitchObstacle) -> (report: Effect, answer: RequestAnswer?) {
        let words = "\(obstacle)"
        let answer = request.map { RequestAnswer(id: $0.id, outcome: .refused, explanation: words) }
        return (.report(.moveWithdrawn(to: move.target?.name, because: words)), answer)
    }

    /// What the request is answered at the end of it; nil: there is none.
    func answer(_ move: CompletedMove, _ entry: MoveEntry) -> RequestAnswer? {
        request.map { request in
            refusal.map { RequestAnswer(id: request.id, outcome: .refused, explanation: $0) }
                ?? RequestAnswer(to: request, move, entry)
        }
    }

    /// The reports of its end: each demotion, the promotion, and the move.
    func reports(of move: CompletedMove) -> [Effect] {
        demoted.map { .report(.demoted($0, move.cause)) }
            + [move.target].compactMap { $0.map { .report(.promoted($0, move.cause)) } }
            + [.report(.moved(move))]
    }
}

/// What a finished switch adds to the record.
struct Completion: Sendable, Hashable {
    /// The entry of the record's history, with duration and gap.
    let move: MoveEntry
    /// To the request that it carried out.
    let answer: RequestAnswer?
    /// That request.
    let request: OperatorRequest?

    /// A record with the end of the move added; one of another epoch is left as it is.
    func told(in record: GroupRecord) -> GroupRecord {
        guard record.epoch == move.epoch else { return record }
        var next = record
        next.complete(move)
        if move.target != nil { next.outgoing = [] }
        // Somebody may have asked for something else meanwhile; both are answered.
        if let answer { next.answerOnce(answer, to: request) }
        return next
    }

    /// Whether a record holds the end of the move already, or can no longer hold it: writing it would change nothing.
    func isTold(by record: GroupRecord?) -> Bool {
        record.map { told(in: $0) == $0 } ?? true
    }
}
