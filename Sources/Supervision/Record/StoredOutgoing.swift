import FailoverCore
import Foundation
import KubernetesClient

/// A pod that may still act as active, on the Lease: `{"epoch":7,"pod":"web-0","since":"…","uid":"…"}`.
struct StoredOutgoing: Codable, Sendable, Hashable {
    /// Its name.
    var pod: String
    /// Its uid.
    var uid: String
    /// Of the record that named it first.
    var epoch: Int
    /// Since when it is waited for.
    var since: MicroTime

    /// Pods that are read at most.
    private static let most = 16
    /// Bytes of a uid that are read at most; a real one has 36.
    private static let longestUID = 100

    /// Those whom an annotation names; what cannot be read names nobody.
    static func outgoing(_ text: String?, now: Date) -> [OutgoingMember] {
        StoredJSON.list(of: StoredOutgoing.self, text).prefix(most).compactMap { stored in
            guard let epoch = Epoch(read: stored.epoch), ObjectName.isValid(stored.pod), !stored.uid.isEmpty,
                stored.uid.utf8.count <= longestUID
            else { return nil }
            let waited = max(0, MicroTime(now).microseconds - stored.since.microseconds)
            return OutgoingMember(
                name: stored.pod,
                id: Member.ID(stored.uid),
                epoch: epoch,
                waited: .microseconds(waited)
            )
        }
    }

    /// The annotation of those whom a record names; nil: there are none.
    ///
    /// Whoever is stored already is waited for since it was written.
    static func text(_ outgoing: [OutgoingMember], keeping stored: String?, now: Date) -> String? {
        let before = StoredJSON.list(of: StoredOutgoing.self, stored)
        let list = outgoing.map { pod in
            let same = before.first { $0.uid == pod.id.uid && $0.epoch == pod.epoch.number }
            let since = MicroTime(now.addingTimeInterval(-pod.waited.inSeconds))
            return StoredOutgoing(pod: pod.name, uid: pod.id.uid, epoch: pod.epoch.number, since: same?.since ?? since)
        }
        return list.isEmpty ? nil : StoredJSON.text(list)
    }
}
