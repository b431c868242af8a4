package import KubernetesClient

/// Why an Event is written: the `reason` of `kubectl get events`.
///
/// README.md of this room lists them; a test holds that list against this one.
package enum EventReason: String, Sendable, Hashable, CaseIterable {
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
    /// Labels are written by somebody else, too.
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

    /// Which object an Event is written on.
    package enum Subject: String, Sendable, Hashable {
        /// The pod that was promoted or demoted.
        case pod = "Pod"
        /// The group's Service.
        case service = "Service"
        /// The pod that the supervisor runs in.
        case supervisor = "the supervisor's Pod"
    }

    /// The properties of every Event of one reason.
    package struct Entry: Sendable, Hashable {
        /// Normal, or Warning if somebody should look.
        package var type: Event.Kind
        /// What was done or tried: the Event's `action`.
        package var action: String
        /// The kind of object it is written on.
        package var subject: Subject
        /// What it means to an operator: a sentence of the table in README.md.
        package var summary: String

        fileprivate init(_ type: Event.Kind, _ action: String, on subject: Subject, _ summary: String) {
            self.type = type
            self.action = action
            self.subject = subject
            self.summary = summary
        }
    }

    /// Whether whoever may write a group's Lease can bring them about as often as they like; they have a share of their own.
    var isOfRequests: Bool {
        switch self {
        case .requestAccepted, .requestRefused, .paused, .resumed: true
        case .promoted, .demoted, .switchedOver, .failedOver, .failingOver, .moveWithheld, .moveWithdrawn,
            .switchWaiting,
            .sealBlocked, .promotionHeld, .promotedWithoutProof, .hookRan, .hookFailed,
            .promotionWaitsForHook, .noHealthyCandidate, .flapping, .movesSuspended,
            .activeNotReady, .multipleActive,
            .labelDrift, .drainWaiting,
            .disputed, .opinionsMissing, .scoresRefused, .endpointsLag, .requestsLeftBehind, .configReloaded,
            .configInvalid:
            false
        }
    }

    /// The table of reasons.
    package var entry: Entry {
        switch self {
        case .promoted: Entry(.normal, "Promote", on: .pod, "The pod is active now, and why.")
        case .demoted: Entry(.normal, "Demote", on: .pod, "The pod is passive now, and why.")
        case .switchedOver: Entry(.normal, "Switchover", on: .service, "A move that an operator asked for is complete.")
        case .failedOver: Entry(.normal, "Failover", on: .service, "Any other move is complete.")
        case .failingOver:
            Entry(.warning, "Failover", on: .service, "A move begins because the active pod cannot serve, and why.")
        case .moveWithheld:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "A move is due and not made: the group is paused, or has no epoch left."
            )
        case .moveWithdrawn:
            Entry(
                .warning,
                "Switchover",
                on: .service,
                "A move was taken back: a pod, or its endpoints, cannot be written. The active pod stayed."
            )
        case .switchWaiting:
            Entry(
                .warning,
                "Failover",
                on: .service,
                "A move cannot go on before the named pod, or its endpoints, can be written."
            )
        case .sealBlocked:
            Entry(
                .warning,
                "Failover",
                on: .service,
                "A move cannot go on: the named passive pod cannot be written, and might be made active by an older write."
            )
        case .promotionHeld:
            Entry(
                .warning,
                "Failover",
                on: .service,
                "Nobody is promoted: that the pod that was active acts so no more is not proved in time (`promotionGate`)."
            )
        case .promotedWithoutProof:
            Entry(
                .warning,
                "Failover",
                on: .service,
                "A pod is promoted without that proof, as `onTimeout: Promote` says."
            )
        case .hookRan: Entry(.normal, "RunHook", on: .service, "A hook of a move succeeded, and of which pod.")
        case .hookFailed:
            Entry(.warning, "RunHook", on: .service, "A hook of a move failed three times, or for good, and why.")
        case .promotionWaitsForHook:
            Entry(
                .warning,
                "RunHook",
                on: .service,
                "Nobody is promoted: the required `onDemote` of the pod that was active fails; it is tried again."
            )
        case .noHealthyCandidate:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "The active pod cannot serve, or there is none, and no candidate is healthy."
            )
        case .flapping: Entry(.warning, "Decide", on: .service, "A move is due and held: the role moved too often.")
        case .movesSuspended:
            Entry(.warning, "Decide", on: .service, "A move is due and held: the supervisor doubts its own probes.")
        case .activeNotReady:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "The active pod is not Ready, and no candidate is healthy and Ready."
            )
        case .multipleActive:
            Entry(.warning, "Decide", on: .service, "Several pods carry the active role; all but one are demoted.")
        case .drainWaiting:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "The node of the active pod is being drained, and no candidate elsewhere is healthy and Ready."
            )
        case .labelDrift:
            Entry(
                .warning,
                "Repair",
                on: .service,
                "Somebody else keeps writing the role labels, or our EndpointSlices; they are set right."
            )
        case .disputed:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "The active pod fails for the leader, and too few of those agree who were asked: it stays."
            )
        case .opinionsMissing:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "The active pod fails for the leader, and too few of those answer who were asked: it stays."
            )
        case .scoresRefused:
            Entry(
                .warning,
                "Decide",
                on: .service,
                "A move is due, there are candidates, and their scores refuse all of them."
            )
        case .endpointsLag:
            Entry(
                .warning,
                "Failover",
                on: .service,
                "The active pod is Ready, and 5 s after its promotion no EndpointSlice shows it: Kubernetes has not followed."
            )
        case .requestAccepted: Entry(.normal, "Answer", on: .service, "What an operator asked for was done.")
        case .requestRefused:
            Entry(.warning, "Answer", on: .service, "What an operator asked for was not done, and why.")
        case .paused: Entry(.normal, "Pause", on: .service, "Automatic moves are suspended from now on.")
        case .resumed: Entry(.normal, "Resume", on: .service, "Automatic moves are made again.")
        case .requestsLeftBehind:
            Entry(.warning, "Reload", on: .service, "The group was removed; fences or a pause stay on its Lease.")
        case .configReloaded:
            Entry(
                .normal,
                "Reload",
                on: .supervisor,
                "The configuration that was read last is running; what it changed."
            )
        case .configInvalid:
            Entry(
                .warning,
                "Reload",
                on: .supervisor,
                "The configuration cannot be read or has mistakes; the one before goes on running."
            )
        }
    }
}
