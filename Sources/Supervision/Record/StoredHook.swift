import FailoverCore
import Foundation
import KubernetesClient

/// A hook that is owed, on the Lease:
/// `{"cause":"Fenced","epoch":7,"from":["web-0"],"hook":"onDemote","pod":"web-0","time":"…","to":"web-1","uid":"…"}`.
struct StoredHook: Codable, Sendable, Hashable {
    /// One of `HookKind`.
    var hook: String
    /// The name of the pod whose role changes.
    var pod: String
    /// Its uid.
    var uid: String
    /// Of the move.
    var epoch: Int
    /// The pods that were active before the move.
    var from: [String]
    /// The pod that is to be active; nil: nobody.
    var to: String?
    /// One of `SwitchCause`, or another version's.
    var cause: String
    /// When the move was announced.
    var time: MicroTime

    /// Hooks that are read at most, the newest.
    private static let most = 16
    /// Bytes of a uid that are read at most; a real one has 36.
    private static let longestUID = 100
    /// Pods that one names at most.
    private static let mostPods = 20

    /// Those that an annotation lists; what cannot be read is owed to nobody.
    static func hooks(_ text: String?) -> [HookCall] {
        StoredJSON.list(of: StoredHook.self, text).suffix(most).compactMap(\.call)
    }

    private var call: HookCall? {
        guard let kind = HookKind(rawValue: hook), let epoch = Epoch(read: epoch), ObjectName.isValid(pod),
            !uid.isEmpty, uid.utf8.count <= Self.longestUID
        else { return nil }
        return HookCall(
            kind: kind,
            pod: pod,
            id: Member.ID(uid),
            epoch: epoch,
            from: from.filter(ObjectName.isValid).prefix(Self.mostPods).map { $0 },
            to: to.flatMap { ObjectName.isValid($0) ? $0 : nil },
            cause: SwitchCause(rawValue: cause) ?? .other,
            time: time.microseconds
        )
    }

    /// The annotation of those that a record owes; nil: there are none.
    ///
    /// What is stored already keeps its time, and a cause that only another version knows.
    static func text(_ hooks: [HookCall], keeping stored: String?, now: Date) -> String? {
        let before = StoredJSON.list(of: StoredHook.self, stored)
        let list = hooks.map { call in
            let same = before.first {
                $0.hook == call.kind.rawValue && $0.uid == call.id.uid && $0.epoch == call.epoch.number
            }
            return StoredHook(
                hook: call.kind.rawValue,
                pod: call.pod,
                uid: call.id.uid,
                epoch: call.epoch.number,
                from: Array(call.from.prefix(mostPods)),
                to: call.to,
                cause: call.cause == .other
                    ? same?.cause.cut(to: longestCause) ?? call.cause.rawValue : call.cause.rawValue,
                time: call.time.map { MicroTime(microseconds: $0) } ?? same?.time ?? MicroTime(now)
            )
        }
        return list.isEmpty ? nil : StoredJSON.text(list)
    }

    /// Characters of another version's cause that are kept.
    private static let longestCause = 40
}
