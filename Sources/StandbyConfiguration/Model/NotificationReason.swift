/// What can be told: the reasons of Events, and two short words for several of them.
package enum NotificationReason: String, Sendable, Hashable, CaseIterable {
    /// `FailingOver` and `FailedOver`.
    case failover = "Failover"
    /// `NoHealthyCandidate`, `ScoresRefused`, `PromotionHeld` and `PromotionWaitsForHook`.
    case noActive = "NoActive"
    /// A pod carries the active role now.
    case promoted = "Promoted"
    /// A pod was active and carries the passive role now.
    case demoted = "Demoted"
    /// A move is complete that an operator asked for.
    case switchedOver = "SwitchedOver"
    /// A move is complete that nobody asked for.
    case failedOver = "FailedOver"
    /// A move begins, because the active pod cannot serve.
    case failingOver = "FailingOver"
    /// A move is due and is not made.
    case moveWithheld = "MoveWithheld"
    /// A move was begun and taken back.
    case moveWithdrawn = "MoveWithdrawn"
    /// A move cannot go on.
    case switchWaiting = "SwitchWaiting"
    /// A move cannot go on, for an older write to a passive pod cannot be ruled out.
    case sealBlocked = "SealBlocked"
    /// Nobody is promoted, for the pod that was active may still act so.
    case promotionHeld = "PromotionHeld"
    /// A pod is promoted although the one that was active may still act so.
    case promotedWithoutProof = "PromotedWithoutProof"
    /// A hook succeeded.
    case hookRan = "HookRan"
    /// A hook failed, and is not tried again.
    case hookFailed = "HookFailed"
    /// Nobody is promoted, for a required hook fails.
    case promotionWaitsForHook = "PromotionWaitsForHook"
    /// Nobody can take over.
    case noHealthyCandidate = "NoHealthyCandidate"
    /// The role moved too often.
    case flapping = "Flapping"
    /// The supervisor doubts its own probes.
    case movesSuspended = "MovesSuspended"
    /// The active pod has no endpoint.
    case activeNotReady = "ActiveNotReady"
    /// More than one pod is active.
    case multipleActive = "MultipleActive"
    /// Roles are written by somebody else, too.
    case labelDrift = "LabelDrift"
    /// The active pod's node is being drained, and nobody can take over elsewhere.
    case drainWaiting = "DrainWaiting"
    /// Others do not agree that the active pod fails.
    case disputed = "Disputed"
    /// Others do not say whether the active pod fails.
    case opinionsMissing = "OpinionsMissing"
    /// The scores of all candidates refuse them.
    case scoresRefused = "ScoresRefused"
    /// The active pod is no endpoint yet.
    case endpointsLag = "EndpointsLag"
    /// What an operator asked for was done.
    case requestAccepted = "RequestAccepted"
    /// What an operator asked for was not done.
    case requestRefused = "RequestRefused"
    /// Automatic moves are suspended.
    case paused = "Paused"
    /// They are not any more.
    case resumed = "Resumed"
    /// The configuration has no such group any more.
    case requestsLeftBehind = "RequestsLeftBehind"
    /// The file changed, and what it says is running.
    case configReloaded = "ConfigReloaded"
    /// The file changed and has mistakes, so that what it said before goes on running.
    case configInvalid = "ConfigInvalid"

    /// The reasons of Events, by name, that it stands for.
    package var eventReasons: [String] {
        switch self {
        case .failover: [Self.failingOver, .failedOver].map(\.rawValue)
        case .noActive:
            [Self.noHealthyCandidate, .scoresRefused, .promotionHeld, .promotionWaitsForHook].map(\.rawValue)
        default: [rawValue]
        }
    }
}
