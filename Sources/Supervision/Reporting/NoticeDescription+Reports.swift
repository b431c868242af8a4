import FailoverCore
import Logging

/// What is said of reports.
extension NoticeDescription {
    /// Says what a report is about.
    init(_ report: Report) {
        self =
            switch report {
            case .adopted(let member, let epoch): .adopted(member, epoch)
            case .moveStarted(let from, let target, let cause, let trace): .moveStarted(from, target, cause, trace)
            case .withheld(let target, let cause, let reason, let trace): .withheld(target, cause, reason, trace)
            case .promoted(let member, let cause): .promoted(member, cause)
            case .demoted(let member, let cause): .demoted(member, cause)
            case .moved(let move): .moved(move)
            case .moveWithdrawn(let target, let reason): .moveWithdrawn(target, reason)
            case .switchWaits(let obstacle, let target): .switchWaits(obstacle, target)
            case .gateTimedOut(let pods, let target, let gate): .gateTimedOut(pods, target, gate)
            case .hookSucceeded(let call): .hookSucceeded(call)
            case .hookFailed(let call, let reason): .hookFailed(call, reason)
            case .hookHeld(let call, let reason): .hookHeld(call, reason)
            case .hookDropped(let call, let drop): .hookDropped(call, drop)
            case .joined(let member): Self(.init(.debug, "member is passive", ["member.name": member.name]))
            case .departed(let member): .departed(member)
            case .found(let finding, let trace): .found(finding, trace)
            case .findingEnded(let finding): .findingEnded(finding)
            case .answered(let request, let answer): .answered(request, answer)
            case .pauseEnded: Self(.init(.notice, "pause is over"), demo: "pause is over")
            case .steppedBack:
                Self(.init(.notice, "another supervisor acted, reading its record"), demo: "another supervisor acted")
            case .operationFailed(let operation, let failure): .operationFailed(operation, failure)
            }
    }

    private static func adopted(_ member: Member, _ epoch: Epoch) -> Self {
        let metadata = ["member.name": member.name, "epoch": "\(epoch)"]
        return Self(
            .init(.notice, "active member is on record", metadata, .ofMany),
            demo: "adopted: \(member.name) is active, and stays; epoch \(epoch)"
        )
    }

    // MARK: Moves

    private static func moveStarted(
        _ from: [String],
        _ target: String?,
        _ cause: SwitchCause,
        _ trace: DecisionTrace
    ) -> Self {
        let to = target ?? "nobody"
        let metadata = [
            "from": from.joined(separator: ","), "to": to, "cause": "\(cause)", "members": "\(trace)",
        ]
        let before = from.isEmpty ? "nobody" : from.joined(separator: ", ")
        let note = "\(cause): the role moves from \(before) to \(to); \(trace)"
        return Self(
            .init(.notice, "move begins", metadata, .ofMany),
            event: cause.isFailover ? .init(.failingOver, note) : nil,
            demo: "decided: to \(to), \(cause) [\(trace)]"
        )
    }

    private static func withheld(
        _ target: String?,
        _ cause: SwitchCause,
        _ reason: Withholding,
        _ trace: DecisionTrace
    ) -> Self {
        switch reason {
        case .observed: withheld(target, cause, trace, "move withheld, the group is only observed")
        case .paused: dueMoveWithheld(target, cause, trace, "the group is paused")
        case .exhausted: dueMoveWithheld(target, cause, trace, "no epoch is left for it")
        }
    }

    /// Whoever leads the group does not make it.
    private static func dueMoveWithheld(
        _ target: String?,
        _ cause: SwitchCause,
        _ trace: DecisionTrace,
        _ reason: String
    ) -> Self {
        var description = withheld(target, cause, trace, "move withheld, \(reason)")
        description.event = .init(.moveWithheld, "not to \(target ?? "nobody"), \(reason): \(cause); \(trace)")
        return description
    }

    /// `waiting`: what the group waits for; nil: the message says it.
    static func withheld(
        _ target: String?,
        _ cause: SwitchCause,
        _ trace: DecisionTrace,
        _ message: String,
        waiting: String? = nil
    ) -> Self {
        let to = target ?? "nobody"
        var metadata = ["to": to, "cause": "\(cause)", "members": "\(trace)"]
        metadata["waiting"] = waiting
        return Self(
            .init(.notice, message, metadata),
            demo: "withheld: to \(to), \(cause)\(waiting.map { "; \($0)" } ?? "")"
        )
    }

    /// The line of the complete move says who was and who is active.
    private static func promoted(_ member: Member, _ cause: SwitchCause) -> Self {
        Self(
            .init(.debug, "member promoted", ["member.name": member.name]),
            event: .init(.promoted, "now active: \(cause)", about: member)
        )
    }

    private static func demoted(_ member: Member, _ cause: SwitchCause) -> Self {
        Self(
            .init(.debug, "member demoted", ["member.name": member.name]),
            event: .init(.demoted, "now passive: \(cause)", about: member)
        )
    }

    private static func departed(_ member: Member) -> Self {
        Self(
            .init(.notice, "member left the group and is passive now", ["member.name": member.name]),
            event: .init(.demoted, "now passive: it left the group", about: member),
            demo: "\(member.name) left, and is passive"
        )
    }

    private static func moved(_ move: CompletedMove) -> Self {
        let (from, to) = (move.from.map(\.name), move.target?.name ?? "nobody")
        var metadata = [
            "from": from.joined(separator: ","), "to": to, "cause": "\(move.cause)", "epoch": "\(move.epoch)",
            "duration": "\(move.duration)",
        ]
        metadata["gap"] = move.gap.map { "\($0)" }
        metadata["family-gap"] = move.familyGap.map { "\($0)" }
        let before = from.isEmpty ? "nobody" : from.joined(separator: ", ")
        let note = "active moved from \(before) to \(to): \(move.cause); epoch \(move.epoch)"
        let gap = move.gap.map { ", nobody labelled for \($0.wholeMilliseconds)" } ?? ""
        return Self(
            .init(.notice, "move complete", metadata, .ofMany),
            event: .init(isSwitchover(move.cause) ? .switchedOver : .failedOver, note),
            demo: "ACTIVE: \(to), epoch \(move.epoch), in \(move.duration.wholeMilliseconds)\(gap)"
        )
    }

    /// Whether the active pod served, and people wanted the move.
    private static func isSwitchover(_ cause: SwitchCause) -> Bool {
        cause.isPlanned || cause == .nodeDraining || cause == .following
    }

    private static func moveWithdrawn(_ target: String?, _ reason: String) -> Self {
        let to = target ?? "nobody"
        return Self(
            .init(.warning, "move withdrawn", ["to": to, "error": reason]),
            event: .init(.moveWithdrawn, "not to \(to): \(reason)"),
            demo: "withdrawn: not to \(to), \(reason)"
        )
    }

    private static func switchWaits(_ obstacle: SwitchObstacle, _ target: String?) -> Self {
        let (to, member) = (target ?? "nobody", obstacle.member)
        let isOfPod = obstacle.carrier == .labels
        let isSeal = isOfPod && member.role != .active && member.name != target
        return Self(
            .init(
                .warning,
                "switch waits for \(isOfPod ? "a pod that cannot be written" : "endpoints that cannot be changed")",
                ["to": to, "member.name": member.name, "error": "\(obstacle.failure)"]
            ),
            event: .init(isSeal ? .sealBlocked : .switchWaiting, "the switch to \(to) waits: \(obstacle)"),
            demo: "waits: \(obstacle)"
        )
    }

    private static func gateTimedOut(_ pods: [OutgoingMember], _ target: String, _ gate: PromotionGate) -> Self {
        let names = pods.map(\.name).joined(separator: ", ")
        let isMade = gate.onTimeout == .promote
        let advice =
            isMade
            ? "\(target) is promoted all the same"
            : "nobody is promoted before that. If it cannot come, make sure that the pod has stopped (taint a dead node with "
                + "node.kubernetes.io/out-of-service), then: kube-standby switchover GROUP --to \(target) --force"
        let proof =
            gate.method == .passive
            ? "has not answered as a standby since its demotion" : "was not seen to have stopped"
        return Self(
            .init(
                .warning,
                isMade ? "promoting without proof" : "promotion waits for proof",
                ["to": target, "members": names, "method": gate.method.rawValue]
            ),
            event: .init(isMade ? .promotedWithoutProof : .promotionHeld, "pod \(names) \(proof): \(advice)"),
            demo: "\(names) \(proof): \(isMade ? "promoting \(target) all the same" : "nobody is promoted")"
        )
    }

    // MARK: Requests and failures

    /// Whoever may annotate the Lease can request again and again; the moves that follow are always reported.
    private static func answered(_ request: OperatorRequest, _ answer: RequestAnswer) -> Self {
        let metadata = ["request": request.id, "outcome": answer.outcome.rawValue, "answer": answer.explanation]
        let isRefused = answer.outcome == .refused
        return Self(
            .init(.notice, isRefused ? "request refused" : "request answered", metadata),
            event: .init(
                isRefused ? .requestRefused : .requestAccepted,
                "\(answer.explanation); request \(request.id)"
            ),
            demo: "request: \(answer.explanation)"
        )
    }

    private static func operationFailed(_ operation: String, _ failure: OperationFailure) -> Self {
        let metadata = ["operation": operation, "error": "\(failure)"]
        return Self(
            .init(.warning, "operation failed, trying again", metadata, .ofAll),
            demo: "cannot act now (\(operation)), will try again"
        )
    }
}
