/// Who may act as active when a move is announced.
extension Situation {
    /// The pods that may act as active when a move is announced, by name, its target among them; none where nothing has to be proved, or
    /// an operator insists.
    ///
    /// `epoch`: at which it is announced. Who may have become active since the record named it is waited for anew.
    func outgoing(before move: Decision.Move, at epoch: Epoch) -> [OutgoingMember] {
        guard known.policy.waitsForOutgoing, !move.isForced else { return [] }
        var found: [Member.ID: OutgoingMember] = [:]
        for left in known.records.outgoingOfLost ?? [] { found[left.id] = left }
        if let record = known.record {
            for var left in record.outgoing where !isProved(by: record) {
                left.waited = known.records.outgoing?.waited(for: left, at: now) ?? left.waited
                found[left.id] = left
            }
            if let holder = record.holder, let id = holder.id, mayHaveActed(id, by: record) {
                found[id] = OutgoingMember(name: holder.name, id: id, epoch: epoch)
            }
        }
        for member in known.view.departed where found[member.id] == nil {
            found[member.id] = OutgoingMember(name: member.name, id: member.id, epoch: epoch)
        }
        for member in known.view.actives {
            found[member.id] = OutgoingMember(name: member.name, id: member.id, epoch: epoch)
        }
        return found.values.filter { !known.view.history.hasStopped($0.id) }
            .sorted { ($0.name, $0.id.uid) < ($1.name, $1.id.uid) }
            .suffix(Self.mostOutgoing)
    }

    /// More pods than were active at once.
    private static let mostOutgoing = 16

    /// Whether somebody was promoted by a record, so that nobody before acts as active any more, or somebody's hand made it so.
    private func isProved(by record: GroupRecord) -> Bool {
        known.records.isMade || record.origin == .adopted && known.view.actives.contains(where: record.names)
    }

    /// Whether the holder of a record may have been active by it, and not only have been meant to be.
    private func mayHaveActed(_ id: Member.ID, by record: GroupRecord) -> Bool {
        if record.origin == .adopted { return true }
        if let member = known.view[id] {
            return member.role == .active || member.epoch.map { $0 >= record.epoch } ?? false
        }
        return !known.run.contains(record.epoch) || known.run.hasPromoted(at: record.epoch)
    }
}
