/// What the machine reports, through logs, Events and metrics.
package enum Report: Sendable, Hashable {
    /// The member was found active and is now on record.
    case adopted(Member, Epoch)
    /// A switch begins.
    case moveStarted(from: [String], to: String?, SwitchCause, DecisionTrace)
    /// A move is due and is not made.
    case withheld(to: String?, SwitchCause, Withholding, DecisionTrace)
    /// The member carries the active role now.
    case promoted(Member, SwitchCause)
    /// The member was active and carries the passive role now.
    case demoted(Member, SwitchCause)
    /// A switch is complete.
    case moved(CompletedMove)
    /// A voluntary move met an obstacle, and is not made.
    case moveWithdrawn(to: String?, because: String)
    /// A switch cannot go on before something is written, and the API server denies that.
    case switchWaits(for: SwitchObstacle, to: String?)
    /// That these pods act as active no more was not proved in time; `target` is promoted all the same, or nobody is.
    case gateTimedOut([OutgoingMember], to: String, PromotionGate)
    /// A hook succeeded.
    case hookSucceeded(HookCall)
    /// A hook failed, and is not tried again; why.
    case hookFailed(HookCall, String)
    /// A hook failed that a promotion waits for, and is tried again until it succeeds; why. Told once.
    case hookHeld(HookCall, String)
    /// A hook is never run.
    case hookDropped(HookCall, HookDrop)
    /// A member without a role got the passive one.
    case joined(Member)
    /// A pod that left the members was still active, and carries the passive role now.
    case departed(Member)
    /// A situation began that an operator must know.
    case found(Decision.Finding, DecisionTrace)
    /// The situation that was reported last is over.
    case findingEnded(Decision.Finding)
    /// An operator's request was answered.
    case answered(OperatorRequest, RequestAnswer)
    /// A pause ended by itself.
    case pauseEnded
    /// Another supervisor acted at a higher epoch; its record is read before anything else.
    case steppedBack
    /// An operation failed and will be tried again.
    case operationFailed(String, OperationFailure)
}

/// Why a move that is due is not made.
package enum Withholding: Sendable, Hashable {
    /// The group is paused, by its record or by its configuration.
    case paused
    /// It is only observed: nothing of it may be written now.
    case observed
    /// No epoch is left for another switch.
    case exhausted
}

/// A switch that is complete, and how long its parts took.
package struct CompletedMove: Sendable, Hashable {
    /// Members that were active when it was decided.
    package var from: [Member]
    /// Nil when nobody is active now.
    package var target: Member?
    /// As the intent announced it.
    package var cause: SwitchCause
    /// Of the record that announced it, and of every role that was written for it.
    package var epoch: Epoch
    /// From the decision to the last acknowledged write.
    package var duration: Duration
    /// From the acknowledged demotion of the last active member to the acknowledged promotion, over all switches that it took;
    /// nil if nobody was active before, or nobody is now, or the overlap was chosen instead.
    package var gap: Duration?
    /// How long the address families led to different members, because each has a slice of its own; nil: there is one.
    package var familyGap: Duration?
}
