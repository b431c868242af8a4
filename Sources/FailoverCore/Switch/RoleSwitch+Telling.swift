/// What a switch is told, and what is told of it.
extension RoleSwitch {
    /// What a step needs to know of everything else.
    struct Surroundings {
        var view: MemberView
        var policy: GroupPolicy
        var run: OwnRun
        /// Whether another supervisor may have announced the member above the epoch that it carries.
        var isAnnounced: (Member) -> Bool
    }

    /// That it begins, and why.
    func announcement(_ trace: DecisionTrace) -> Effect {
        .report(.moveStarted(from: from.map(\.name), to: move.target?.name, move.cause, trace))
    }

    /// The move that it came to, when every role is written.
    func completed(at now: MonotonicTime) -> CompletedMove {
        let isGapOurs = !demoted.isEmpty || move.cause == .targetRefused || move.cause == .unfinishedSwitch
        return CompletedMove(
            from: from,
            target: promotion?.member,
            cause: move.cause,
            epoch: epoch,
            duration: now.since(startedAt),
            gap: isGapOurs && promotion != nil ? unservedSince.map { (promotedAt ?? now).since($0) } : nil
        )
    }

    /// What the order is answered at the end of it; nil: there is none.
    func answer(_ move: CompletedMove, _ entry: MoveEntry) -> OrderAnswer? {
        order.map { order in
            refusal.map { OrderAnswer(id: order.id, outcome: .refused, explanation: $0) }
                ?? OrderAnswer(to: order, move, entry)
        }
    }

    /// What people are told of it.
    func reports(of move: CompletedMove) -> [Effect] {
        demoted.map { .report(.demoted($0, move.cause)) }
            + [move.target].compactMap { $0.map { .report(.promoted($0, move.cause)) } }
            + [.report(.moved(move))]
    }
}
