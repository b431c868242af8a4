/// Whom the group's records announced as active, whether that came to be or was withdrawn.
///
/// A pod that no record above its own epoch announced cannot be promoted by a write that is still on its way, so that a switch
/// need not wait for it when it cannot be written. Adoption announces nobody: it writes no pod.
package struct Announcements: Sendable, Hashable {
    /// One announcement.
    package struct Entry: Sendable, Hashable {
        /// Of the record that made it.
        package var epoch: Epoch
        /// The member that it named.
        package var target: Member.ID

        /// `epoch`: of the record that announced the target.
        package init(epoch: Epoch, target: Member.ID) {
            self.epoch = epoch
            self.target = target
        }
    }

    /// Entries that are kept.
    package static let limit = 32

    /// Everything above this epoch is known, up to the record's; of what was before anybody may have been announced.
    package private(set) var since: Epoch
    /// Oldest first, at most `limit`, above `since`.
    package private(set) var entries: [Entry]

    /// Those above `since`, of which entries are given, oldest first.
    package init(since: Epoch, entries: [Entry] = []) {
        self.since = since
        self.entries = []
        for entry in entries.suffix(Self.limit) where entry.epoch > since { self.entries.append(entry) }
    }

    /// Notes an announcement; the oldest beyond `limit` are forgotten, as is everything before a record that was lost.
    mutating func note(_ epoch: Epoch, _ target: Member.ID?, afterLoss isLost: Bool) {
        if isLost { self = Announcements(since: epoch) }
        if let target { entries.append(Entry(epoch: epoch, target: target)) }
        while entries.count > Self.limit { since = max(since, entries.removeFirst().epoch) }
    }

    /// Whether a member may have been announced above the epoch that it carries, by a record that is not of `run`.
    func mayName(_ member: Member, apartFrom run: OwnRun) -> Bool {
        let own = member.epoch ?? Epoch(0)
        // What was forgotten of this run's own announcements is known without it.
        let isForgotten = since > own && !(run.contains(since) && run.beganRight(after: own))
        return isForgotten || entries.contains { $0.target == member.id && $0.epoch > own && !run.contains($0.epoch) }
    }
}
