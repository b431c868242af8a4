import FailoverCore
import Foundation
import KubernetesClient

/// Whom a group's records announced, on its Lease: `{"epoch":7,"since":3,"targets":[{"epoch":5,"uid":"…"}]}`.
struct StoredAnnouncements: Codable {
    /// One announcement.
    struct Target: Codable {
        /// The announcement's.
        var epoch: Int
        /// The announced pod's.
        var uid: String
        /// What another version says besides.
        fileprivate var others: [String: JSONFragment] = [:]
    }

    /// The record's; one of another epoch was written by a version that knows nothing of announcements.
    var epoch: Int
    /// The first epoch of which all announcements are here.
    var since: Int
    /// At most the last 32.
    var targets: [Target]
    /// What another version says besides.
    private var others: [String: JSONFragment] = [:]

    /// Bytes of a uid that are read at most; a real one has 36.
    private static let longestUID = 100

    /// What a record of an epoch says.
    init(_ announced: Announcements, at epoch: Epoch) {
        self.epoch = epoch.number
        since = announced.since.number
        targets = announced.entries.map { Target(epoch: $0.epoch.number, uid: $0.target.uid) }
    }

    /// The annotation, with what another version wrote on the one before and this one does not know.
    func text(keeping stored: String?) -> String? {
        guard let stored, let before = try? JSONDecoder().decode(Self.self, from: Data(stored.utf8)) else {
            return StoredJSON.text(self)
        }
        var kept = self
        kept.others = before.others
        for index in kept.targets.indices {
            let target = kept.targets[index]
            let same = before.targets.last { $0.epoch == target.epoch && $0.uid == target.uid }
            kept.targets[index].others = same?.others ?? [:]
        }
        return StoredJSON.text(kept)
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

// MARK: Coding

extension StoredAnnouncements {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case epoch, since, targets
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(Int.self, forKey: .epoch)
        since = try container.decode(Int.self, forKey: .since)
        targets = try container.decode([Target].self, forKey: .targets)
        others = StoredJSON.others(decoder, besides: CodingKeys.allCases)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epoch, forKey: .epoch)
        try container.encode(since, forKey: .since)
        try container.encode(targets, forKey: .targets)
        try encoder.encode(members: others)
    }
}

extension StoredAnnouncements.Target {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case epoch, uid
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(Int.self, forKey: .epoch)
        uid = try container.decode(String.self, forKey: .uid)
        others = StoredJSON.others(decoder, besides: CodingKeys.allCases)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(epoch, forKey: .epoch)
        try container.encode(uid, forKey: .uid)
        try encoder.encode(members: others)
    }
}
