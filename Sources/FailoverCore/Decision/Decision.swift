/// What the rules say is to be done now.
package enum Decision: Sendable, Hashable {
    /// One member is active, is the one on record, and stays; the members in `repairs` are to be labelled passive.
    case keep(Member, repairs: [Member], finding: Finding?)
    /// One member is active and is to be written to the record; no pod is written.
    case adopt(Member)
    /// The role is to move.
    case move(Move)
    /// Nothing can be decided before `deadline` (nil: before something changes).
    case wait(until: MonotonicTime?, finding: Finding?)

    /// Where the role is to go, and why.
    package struct Move: Sendable, Hashable {
        /// Nil: nobody is to be active.
        package var target: Member?
        package var cause: SwitchCause
        /// Something that an operator must know although the group moves.
        package var finding: Finding?

        package init(target: Member?, cause: SwitchCause, finding: Finding? = nil) {
            self.target = target
            self.cause = cause
            self.finding = finding
        }
    }

    /// A situation that is worth an Event while it lasts.
    package enum Finding: Sendable, Hashable {
        /// The active member cannot serve, or there is none, and no candidate is healthy.
        case noHealthyCandidate
        /// These members are active together.
        case multipleActive([String])
    }
}

extension Decision.Finding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noHealthyCandidate: "no healthy candidate"
        case .multipleActive(let names): "active together: \(names.joined(separator: ", "))"
        }
    }
}
