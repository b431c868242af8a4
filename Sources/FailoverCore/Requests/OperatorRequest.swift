/// What an operator asks of a group, once, through its Lease.
package struct OperatorRequest: Sendable, Hashable {
    /// What is asked.
    package enum Action: Sendable, Hashable {
        /// Move the role; to the best healthy candidate if no pod is named.
        ///
        /// `isForced`: also to a pod that is not known to be healthy.
        case switchover(to: String?, isForced: Bool)
        /// Make no automatic moves; until further notice if no duration is given.
        case pause(Duration?)
        /// End a pause, and what is held because of flapping, a doubt or an earlier switchover.
        case resume
        /// See to it that a pod is not active, and stays so.
        case fence(String)
        /// Let a fenced pod be a candidate again.
        case unfence(String)
        /// Nothing that this version understands.
        case unintelligible(String)

        /// Whether it asks for a move.
        var isSwitchover: Bool { if case .switchover = self { true } else { false } }
    }

    /// Names the request in its answer; chosen by whoever gives it.
    package var id: String
    /// Carried out at most once, or refused.
    package var action: Action
    /// Not before this time, in microseconds since 1970, of which the policy tells when it is; nil: at once.
    package var due: Int64?

    /// Whether it is carried out, too, when the role goes to `other`.
    ///
    /// `from`: the pods, by name, that were active when it was begun.
    func isMet(by other: Member, insteadOf from: [String]) -> Bool {
        switch action {
        case .fence: true
        case .switchover(nil, _): !from.contains(other.name)
        case .switchover(let name?, _): name == other.name
        case .pause, .resume, .unfence, .unintelligible: false
        }
    }

    /// `id`: empty if it was written by hand without one.
    package init(id: String, action: Action, due: Int64? = nil) {
        self.id = id
        self.action = action
        self.due = due
    }
}

/// That an operator suspended the group's automatic moves.
package struct Pause: Sendable, Hashable {
    /// Distinguishes one pause from another; empty if it was written by hand.
    package var id: String
    /// What is left of it, as of the reading of the record; nil: until further notice.
    package var rest: Duration?

    /// `rest`: nil for a pause until further notice.
    package init(id: String, rest: Duration?) {
        self.id = id
        self.rest = rest
    }
}
