import FailoverCore

/// What has come of a group since this supervisor took it: its moves, and how long it was not served because of what led to
/// them.
struct GroupCounts: Sendable {
    /// Moves that are complete, by their cause.
    private(set) var moves: [SwitchCause: Int] = [:]
    /// How long nobody served: from the first failed probe of what became a failover, or from when nobody was active, until the
    /// promotion.
    private(set) var unavailable: Duration = .zero
    /// Since when nobody is active, as far as it was seen; nil: somebody is.
    private var emptySince: MonotonicTime?
    /// When what the move that is under way remedies began; nil: there is none, or its active member serves.
    private var failureBegan: MonotonicTime?

    /// Whether somebody is active was looked at.
    mutating func observed(isEmpty: Bool, at now: MonotonicTime) {
        emptySince = isEmpty ? emptySince ?? now : nil
    }

    /// A move begins; `failingSince`: since when the active member's probes fail; nil: they do not.
    mutating func began(_ cause: SwitchCause, failingSince: MonotonicTime?, at now: MonotonicTime) {
        let isServed =
            cause.isVoluntary || cause.isPlanned || cause.isRepair || [.fenced, .multipleActive].contains(cause)
        failureBegan = isServed ? nil : failingSince ?? now
    }

    /// A move is complete; one to nobody ends no outage.
    mutating func completed(_ move: CompletedMove, at now: MonotonicTime) {
        moves[move.cause, default: 0] += 1
        guard move.target != nil else { return }
        let start = [failureBegan, emptySince].compactMap(\.self).min()
        if let start { unavailable += now.since(start) } else { unavailable += move.gap ?? .zero }
        (failureBegan, emptySince) = (nil, nil)
    }
}

extension GroupSupervisor {
    /// Counts what is reported of the group.
    func count(_ report: Report) {
        let now = surroundings.clock.now()
        switch report {
        case .moveStarted(let from, _, let cause, _):
            let failing = machine.view.all.filter { from.contains($0.name) }
                .compactMap { machine.view.evidence(of: $0.id)?.failingSince }
            counts.began(cause, failingSince: failing.min(), at: now)
        case .moved(let move): counts.completed(move, at: now)
        case .adopted, .withheld, .promoted, .demoted, .moveWithdrawn, .switchWaits, .joined, .departed, .found,
            .findingEnded, .answered, .pauseEnded, .steppedBack, .operationFailed:
            break
        }
    }
}
