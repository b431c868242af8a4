/// Why a switch is made.
package enum SwitchCause: String, Sendable, Hashable, CaseIterable {
    /// Nobody is active, and a member can be.
    case noActive = "NoActive"
    /// The active member was deleted, failed or completed.
    case activeGone = "ActiveGone"
    /// The active member is being deleted.
    case activeTerminating = "ActiveTerminating"
    /// The active member has no IP, so the Service has no endpoint.
    case activeWithoutAddress = "ActiveWithoutAddress"
    /// The active member's probes failed as often as the threshold says.
    case activeUnhealthy = "ActiveUnhealthy"
    /// The active member gave no verdict for longer than one takes.
    case activeUnknown = "ActiveUnknown"
    /// The active member is not Ready, so the Service has no endpoint.
    case activeNotReady = "ActiveNotReady"
    /// A member of higher priority is healthy for long enough.
    case preempted = "Preempted"
    /// The active member's node is being drained.
    case nodeDraining = "NodeDraining"
    /// Another group of the set has moved.
    case following = "Following"
    /// An operator requested it.
    case switchover = "Switchover"
    /// An operator labelled another healthy member active.
    case labelledByHand = "LabelledByHand"
    /// An operator fenced the active member.
    case fenced = "Fenced"
    /// Several members are active.
    case multipleActive = "MultipleActive"
    /// The API server denied the promotion of the member that was to be active.
    case targetRefused = "TargetRefused"
    /// An earlier switch was announced and not finished.
    case unfinishedSwitch = "UnfinishedSwitch"
    /// The member on record lost its label, or its endpoint.
    case labelLost = "LabelLost"
    /// One that only another version knows; the record keeps its name.
    case other = "Other"

    /// Whether moves of this cause, repeated, mean that moving does not help.
    package var countsAsFlapping: Bool {
        switch self {
        case .activeUnhealthy, .activeUnknown, .activeNotReady, .activeGone, .activeWithoutAddress, .preempted: true
        case .noActive, .activeTerminating, .nodeDraining, .following, .switchover, .labelledByHand, .fenced,
            .multipleActive, .targetRefused, .unfinishedSwitch, .labelLost, .other:
            false
        }
    }

    /// Whether an operator chose the target.
    package var isPlanned: Bool {
        switch self {
        case .switchover, .labelledByHand: true
        case .noActive, .activeGone, .activeTerminating, .activeWithoutAddress, .activeUnhealthy, .activeUnknown,
            .activeNotReady, .preempted, .nodeDraining, .following, .fenced, .multipleActive, .targetRefused,
            .unfinishedSwitch, .labelLost, .other:
            false
        }
    }

    /// Whether the active member cannot serve, so that the role goes to another.
    package var isFailover: Bool {
        switch self {
        case .activeGone, .activeTerminating, .activeWithoutAddress, .activeUnhealthy, .activeUnknown, .activeNotReady:
            true
        case .noActive, .preempted, .nodeDraining, .following, .switchover, .labelledByHand, .fenced, .multipleActive,
            .targetRefused, .unfinishedSwitch, .labelLost, .other:
            false
        }
    }

    /// Whether nothing is lost without it, because the active member serves.
    package var isVoluntary: Bool {
        switch self {
        case .switchover, .preempted, .nodeDraining, .following: true
        case .noActive, .activeGone, .activeTerminating, .activeWithoutAddress, .activeUnhealthy, .activeUnknown,
            .activeNotReady, .labelledByHand, .fenced, .multipleActive, .targetRefused, .unfinishedSwitch, .labelLost,
            .other:
            false
        }
    }

    /// How urgent it is to announce a move of this cause; `whileServed`: whether an active member is left.
    func urgency(whileServed isServed: Bool) -> WriteUrgency {
        if !isServed { return .outage }
        return isVoluntary ? .voluntary : .failing
    }

    /// Whether it sets right what somebody else wrote, and so is bounded in number.
    package var isRepair: Bool { self == .labelLost || self == .labelledByHand }
}

extension SwitchCause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noActive: "nobody is active"
        case .activeGone: "the active pod is gone"
        case .activeTerminating: "the active pod is terminating"
        case .activeWithoutAddress: "the active pod has no IP"
        case .activeUnhealthy: "the active pod is unhealthy"
        case .activeUnknown: "the active pod gave no verdict in time"
        case .activeNotReady: "the active pod is not Ready"
        case .preempted: "a pod of higher priority is healthy again"
        case .nodeDraining: "the active pod's node is being drained"
        case .following: "another group of the set has moved"
        case .switchover: "a switchover was requested"
        case .labelledByHand: "another pod was labelled active by hand"
        case .fenced: "the active pod was fenced"
        case .multipleActive: "several pods are active"
        case .targetRefused: "the API server denies the promotion of another pod"
        case .unfinishedSwitch: "an earlier switch was not finished"
        case .labelLost: "somebody took the role from the active pod"
        case .other: "another version of the supervisor decided it"
        }
    }
}
