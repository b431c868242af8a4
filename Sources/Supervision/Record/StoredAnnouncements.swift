import FailoverCore
import Foundation

/// Whom a group's records announced, on its Lease: `{"epoch":7,"since":3,"targets":[{"epoch":5,"uid":"…"}]}`.
struct StoredAnnouncements: Codable {
    /// One announcement.
    struct Target: Codable {
        /// The announcement's.
        var epoch: Int
        /// The announced pod's.
        var uid: String
    }

    /// The record's; one of another epoch was written by a version that knows nothing of announcements.
    var epoch: Int
    /// The first epoch of which all announcements are here.
    var since: Int
    /// At most the last 32.
    var targets: [Target]

    /// Bytes of a uid that are read at most; a real one has 36.
    private static let longestUID = 100

    /// The text for a record of an epoch.
    static func text(_ announced: Announcements, at epoch: Epoch) -> String? {
        let targets = announced.entries.map { Target(epoch: $0.epoch.number, uid: $0.target.uid) }
        return StoredJSON.text(Self(epoch: epoch.number, since: announced.since.number, targets: targets))
    }

    /// What an annotation of a record of `epoch` says; if that is nothing, nothing is known of what was before.
    static func announcements(_ text: String?, at epoch: Epoch) -> Announcements {
        guard let text, let stored = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)),
            stored.epoch == epoch.number, let since = Epoch(read: stored.since), since <= epoch
        else { return Announcements(since: epoch) }
        let entries = stored.targets.suffix(Announcements.limit).compactMap { target -> Announcements.Entry? in
            guard let at = Epoch(read: target.epoch), at <= epoch, target.uid.utf8.count <= longestUID else {
                return nil
            }
            return Announcements.Entry(epoch: at, target: Member.ID(target.uid))
        }
        // What cannot be read may have named anybody.
        let isWhole = entries.count == stored.targets.count
        return Announcements(since: isWhole ? since : epoch, entries: entries)
    }
}
