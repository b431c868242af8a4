import FailoverCore
import Foundation
import KubernetesClient

/// Makes the Event of a notice: on the group's Service or on one of its pods.
struct NoticeEvents: Sendable {
    /// The controller's name on Events.
    static let controller = "kube-standby.io/supervisor"

    /// This process, on Events.
    let instance: String

    /// The Event that a notice is worth; nil: none.
    func event(of notice: GroupNotice) -> Event? {
        guard let note = NoticeDescription(notice.content).event else { return nil }
        return event(note.reason, "group \(notice.group): \(note.text)", on: Self.object(of: note, notice))
    }

    /// An Event of a reason on an object.
    func event(_ reason: EventReason, _ note: String, on object: Event.ObjectReference) -> Event {
        let entry = reason.entry
        let now = Date()
        return Event(
            name: Self.name(for: object, at: now),
            at: MicroTime(now),
            controller: Self.controller,
            instance: instance,
            action: entry.action,
            reason: reason.rawValue,
            type: entry.type,
            note: note,
            regarding: object
        )
    }

    private static func object(of note: NoticeDescription.EventNote, _ notice: GroupNotice) -> Event.ObjectReference {
        let namespace = notice.namespace
        guard let member = note.member else {
            return .init(Service.resource, namespace: namespace, name: notice.service, uid: notice.serviceID)
        }
        return .init(Pod.resource, namespace: namespace, name: member.name, uid: member.id.uid)
    }

    /// A name that no other Event has.
    private static func name(for object: Event.ObjectReference, at time: Date) -> String {
        let stamp = String(Int64(time.timeIntervalSince1970 * 1e9), radix: 16)
        let suffix = String(UInt16.random(in: .min ... .max), radix: 16)
        return "\(object.name.prefix(220)).\(stamp)\(suffix)"
    }
}
