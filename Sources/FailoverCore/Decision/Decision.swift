/// What the rules say is to be done now.
package enum Decision: Sendable, Hashable {
    /// One member is active, is the one on record, and stays.
    case keep(Keep)
    /// One member is active and is to be written to the record; no pod is written.
    case adopt(Member)
    /// The role is to move.
    case move(Move)
    /// The role is to move once it is certain that the active member fails while a candidate does not: these are to be probed,
    /// unless they succeeded since a time, and it is decided again at `deadline`.
    case confirm([Member], since: MonotonicTime, until: MonotonicTime)
    /// The role is to move, and candidates were asked for their scores: it is decided again when all have answered, at `until` at most.
    case score(until: MonotonicTime, finding: Finding?)
    /// Nothing can be decided before `deadline` (nil: before something changes).
    case wait(until: MonotonicTime?, finding: Finding?)

    /// Who stays, and what else is to be set right.
    package struct Keep: Sendable, Hashable {
        /// As it was observed when this was decided.
        package var active: Member
        /// Members that are to be labelled passive.
        package var repairs: [Member]
        /// What an operator must know although nothing moves; nil: nothing.
        package var finding: Finding?
        /// When to decide again although nothing changes; nil: no such time.
        package var until: MonotonicTime?
    }

    /// Where the role is to go, and why.
    package struct Move: Sendable, Hashable {
        /// Nil: nobody is to be active.
        package var target: Member?
        /// Also decides whether the move is planned, voluntary, a repair or a flap.
        package var cause: SwitchCause
        /// Something that an operator must know although the group moves.
        package var finding: Finding?
        /// Whether an operator insists on the target.
        package var isForced: Bool

        /// Not forced and without a finding, unless they are given.
        package init(target: Member?, cause: SwitchCause, finding: Finding? = nil, isForced: Bool = false) {
            self.target = target
            self.cause = cause
            self.finding = finding
            self.isForced = isForced
        }
    }

    /// A situation that is worth an Event while it lasts.
    package enum Finding: Sendable, Hashable {
        /// The active member cannot serve, or there is none, and no candidate is healthy.
        case noHealthyCandidate
        /// These members are active together.
        case multipleActive([String])
        /// A move is due and not made, because too many were made.
        case flapping
        /// A move is due and not made, because the supervisor doubts its own probes.
        case suspended(Suspension.Reason)
        /// The active member is not Ready, so that the Service has no endpoint, and no candidate is healthy and Ready.
        case activeNotReady(String)
        /// The node of the active member is being drained, and nobody healthy and Ready is elsewhere.
        case drainWaiting(String)
        /// Roles are set right again and again: somebody else writes them, too.
        case drift(RoleCarrier)
        /// The active member fails for this supervisor, and too few of those agree who were asked.
        case disputed(String)
        /// The active member fails for this supervisor, and too few answer who were asked.
        case unanswered(String)
        /// A move is due and not made: there are candidates, and their scores refuse all of them.
        case refusedByScore
    }
}

extension Decision.Finding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noHealthyCandidate: "no healthy candidate"
        case .multipleActive(let names): "active together: \(names.joined(separator: ", "))"
        case .flapping: "flapping: too many moves, holding"
        case .suspended(let reason): "automatic moves are suspended: \(reason)"
        case .activeNotReady(let name): "the active pod \(name) is not Ready, and no candidate is healthy and Ready"
        case .drainWaiting(let name):
            "the node of pod \(name), which is active, is being drained, and no candidate elsewhere is healthy and Ready: not moving"
        case .drift(let carrier): "somebody else writes \(carrier.name)"
        case .disputed(let name): "the active pod \(name) fails here, and too few others say so: not moving"
        case .unanswered(let name): "the active pod \(name) fails here, and too few others answer: not moving"
        case .refusedByScore: "a move is due, and the scores of all candidates refuse them: not moving"
        }
    }
}

extension Decision {
    /// What an operator must know of the situation.
    var finding: Finding? {
        switch self {
        case .keep(let keep): keep.finding
        case .wait(_, let finding), .score(_, let finding): finding
        case .move(let move): move.finding
        case .adopt, .confirm: nil
        }
    }

    /// When to decide again although nothing changes; nil: no such time.
    var deadline: MonotonicTime? {
        switch self {
        case .keep(let keep): keep.until
        case .wait(let until, _): until
        case .confirm(_, _, let until), .score(let until, _): until
        case .adopt, .move: nil
        }
    }

    /// Whether it completes a switch that was announced before.
    var finishesSwitch: Bool {
        if case .move(let move) = self { move.cause == .unfinishedSwitch } else { false }
    }
}
