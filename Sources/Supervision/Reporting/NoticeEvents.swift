import FailoverCore
import Foundation
import KubernetesClient

/// Turns notices into Events on the Service and the pods.
struct NoticeEvents: Sendable {
    /// The controller's name on Events.
    static let controller = "kube-standby.io/supervisor"

    /// This process, on Events.
    let instance: String

    func events(of notice: GroupNotice) -> [Event] {
        if case .leavesBehind(let fenced, let isPaused) = notice.content {
            let note = "ends; \(GroupNotice.words(ofFenced: fenced, isPaused: isPaused))"
            return [service(notice, .warning, "RequestsLeftBehind", "Reload", note)]
        }
        guard case .report(let report) = notice.content else { return [] }
        switch report {
        case .promoted(let member, let cause):
            return [pod(member, notice, .normal, "Promoted", "Promote", "now active: \(cause)")]
        case .demoted(let member, let cause):
            return [pod(member, notice, .normal, "Demoted", "Demote", "now passive: \(cause)")]
        case .moved(let move) where move.cause.isPlanned:
            return [service(notice, .normal, "SwitchedOver", "Switchover", words(on: move))]
        case .moved(let move): return [service(notice, .normal, "FailedOver", "Failover", words(on: move))]
        case .found(.noHealthyCandidate, let trace):
            return [service(notice, .warning, "NoHealthyCandidate", "Decide", "no healthy candidate; \(trace)")]
        case .found(.flapping, let trace):
            let note = "holding, because the role moved too often; \(trace)"
            return [service(notice, .warning, "Flapping", "Decide", note)]
        case .found(.suspended(let reason), let trace):
            return [service(notice, .warning, "MovesSuspended", "Decide", "\(reason); \(trace)")]
        case .found(.drift, let trace):
            let note = "somebody else writes the role labels; repairing at most 10 times a minute; \(trace)"
            return [service(notice, .warning, "LabelDrift", "Repair", note)]
        case .found(.activeNotReady(let name), let trace):
            let note =
                "the active pod \(name) is not Ready, so that the Service has no endpoint, and no candidate is healthy and Ready; \(trace)"
            return [service(notice, .warning, "ActiveNotReady", "Decide", note)]
        case .found(.multipleActive(let names), _):
            let note = "active together: \(names.joined(separator: ", "))"
            return [service(notice, .warning, "MultipleActive", "Decide", note)]
        case .moveWithdrawn(let target, let reason):
            return [service(notice, .warning, "MoveWithdrawn", "Switchover", "not to \(target ?? "nobody"): \(reason)")]
        case .switchWaits(let member, let target, let failure):
            let note =
                "the switch to \(target ?? "nobody") waits for pod \(member.name), which cannot be written: \(failure)"
            return [service(notice, .warning, "SwitchWaiting", "Failover", note)]
        case .departed(let member):
            return [pod(member, notice, .normal, "Demoted", "Demote", "now passive: it left the group")]
        case .adopted, .moveStarted, .withheld, .joined, .findingEnded, .answered, .pauseEnded, .steppedBack,
            .operationFailed:
            return []
        }
    }

    private func words(on move: CompletedMove) -> String {
        let from = move.from.isEmpty ? "nobody" : move.from.map(\.name).joined(separator: ", ")
        return "active moved from \(from) to \(move.target?.name ?? "nobody"): \(move.cause); epoch \(move.epoch)"
    }

    private func service(
        _ notice: GroupNotice,
        _ type: Event.Kind,
        _ reason: String,
        _ action: String,
        _ note: String
    ) -> Event {
        let object = Event.ObjectReference(
            Service.resource,
            namespace: notice.namespace,
            name: notice.service,
            uid: notice.serviceID
        )
        return event(type, reason, action, "group \(notice.group): \(note)", object)
    }

    private func pod(
        _ member: Member,
        _ notice: GroupNotice,
        _ type: Event.Kind,
        _ reason: String,
        _ action: String,
        _ note: String
    ) -> Event {
        let object = Event.ObjectReference(
            Pod.resource,
            namespace: notice.namespace,
            name: member.name,
            uid: member.id.uid
        )
        return event(type, reason, action, "group \(notice.group): \(note)", object)
    }

    private func event(
        _ type: Event.Kind,
        _ reason: String,
        _ action: String,
        _ note: String,
        _ object: Event.ObjectReference
    ) -> Event {
        let now = Date()
        let stamp = String(Int64(now.timeIntervalSince1970 * 1e9), radix: 16)
        let suffix = String(UInt16.random(in: .min ... .max), radix: 16)
        return Event(
            name: "\(object.name.prefix(220)).\(stamp)\(suffix)",
            at: MicroTime(now),
            controller: Self.controller,
            instance: instance,
            action: action,
            reason: reason,
            type: type,
            note: note,
            regarding: object
        )
    }
}
