package import FailoverCore
package import Probing

/// What a group reports to whoever observes the supervisor.
package struct GroupNotice: Sendable {
    /// What happened.
    package enum Content: Sendable {
        /// The machine decided or did something.
        case report(Report)
        /// A member's probe came to another result.
        case probe(ProbeReport)
        /// A move is due and not made, because nothing of the group may be written now; `because`: why, in words.
        case withheld(to: String?, SwitchCause, DecisionTrace, because: String)
        /// The group waits for a cause outside to go away.
        case waiting(String)
        /// Something that an object says is left out of account, because it cannot be read.
        case ignored(String)
        /// The cause is gone.
        case resumed
        /// The group is no more, and what operators asked of it stays on its Lease.
        case leavesBehind(fenced: [String], isPaused: Bool)
        /// Automatic moves are suspended from now on, by whatever says so.
        case paused
        /// They are not any more.
        case unpaused
        /// The Service's endpoints show the pod as ready, so long after its promotion; nil: they could not be seen meanwhile;
        /// `wasLate`: that this takes long was told.
        case endpointFollowed(pod: String, after: Duration?, wasLate: Bool)
        /// They do not show it yet, although it is ready.
        case endpointLags(pod: String)
        /// That was told of the pod, and whether they show it is not looked at any more: it is not active, or not the group's.
        case endpointDropped(pod: String)
    }

    /// The group's name.
    package var group: String
    /// Where the group is.
    package var namespace: String
    /// The name of the group's Service.
    package var service: String
    /// The Service's uid; nil until it was seen.
    package var serviceID: String?
    /// What happened.
    package var content: Content
}
