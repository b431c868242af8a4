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
    /// When what the next promotion ends began; nil: the active member serves.
    private var outageBegan: MonotonicTime?

    /// Whether somebody is active was looked at.
    ///
    /// The informer may show a promotion before its answer comes: what a switch ends is over when it is complete.
    mutating func observed(isEmpty: Bool, isSwitching: Bool, at now: MonotonicTime) {
        if isEmpty {
            emptySince = emptySince ?? now
        } else if !isSwitching {
            (emptySince, outageBegan) = (nil, nil)
        }
    }

    /// A move begins, from members that are active or from nobody; `failingSince`: since when an active member fails that is
    /// not to be active any more for that, or that is unhealthy; nil: none is.
    mutating func began(_ cause: SwitchCause, fromNobody: Bool, failingSince: MonotonicTime?, at now: MonotonicTime) {
        // An outage that a move to nobody began, or one to a pod that was refused, goes on.
        let goesOn = fromNobody || cause == .targetRefused || cause == .unfinishedSwitch
        let start = failingSince ?? (Self.isRemedy(cause) ? now : nil)
        let known = goesOn ? [outageBegan, emptySince] : []
        outageBegan = (known + [start]).compactMap(\.self).min()
        if !fromNobody { emptySince = nil }
    }

    /// A move is complete; one to nobody ends no outage.
    mutating func completed(_ move: CompletedMove, at now: MonotonicTime) {
        moves[move.cause, default: 0] += 1
        guard move.target != nil else { return }
        let start = [outageBegan, emptySince].compactMap(\.self).min()
        if let start { unavailable += now.since(start) } else { unavailable += move.gap ?? .zero }
        (outageBegan, emptySince) = (nil, nil)
    }

    /// Whether nobody serves when such a move begins.
    private static func isRemedy(_ cause: SwitchCause) -> Bool { cause.isFailover || cause == .noActive }
}

extension GroupSupervisor {
    /// Counts what is reported of the group.
    func count(_ report: Report) {
        let now = surroundings.clock.now()
        switch report {
        case .moveStarted(let from, _, let cause, _):
            counts.began(cause, fromNobody: from.isEmpty, failingSince: failingSince(from, cause), at: now)
        case .moved(let move): counts.completed(move, at: now)
        case .adopted, .withheld, .promoted, .demoted, .moveWithdrawn, .switchWaits, .gateTimedOut, .hookSucceeded,
            .hookFailed, .hookHeld, .hookDropped, .joined, .departed, .found, .findingEnded, .answered, .pauseEnded,
            .steppedBack, .operationFailed:
            break
        }
    }

    /// A single failed probe of a member that an operator replaces is no failure.
    private func failingSince(_ names: [String], _ cause: SwitchCause) -> MonotonicTime? {
        let view = machine.view
        return view.all.filter { names.contains($0.name) }
            .filter { cause.isFailover || view.health(of: $0.id) == .unhealthy }
            .compactMap { view.evidence(of: $0.id)?.failingSince }
            .min()
    }
}
