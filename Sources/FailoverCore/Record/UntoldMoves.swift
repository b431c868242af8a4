/// Moves that a slice shows, and that the record on the API server does not tell of yet.
///
/// Should whoever made them end before that, the next supervisor finds the slice at an epoch above the record's, or beside an
/// adoption that had not seen it, and adopts whom it shows.
struct UntoldMoves: Sendable, Hashable {
    /// The epoch of the record that does not tell of them.
    let since: Epoch
    /// What the record is to say of them.
    let record: GroupRecord

    /// A record that was read, with these moves told, and with what operators wrote on it meanwhile.
    ///
    /// `known`: the record to which they were to be added.
    /// - Returns: nil if it is not of that epoch or another Lease, so that somebody else went on without them or wrote them.
    func told(in read: StoredRecord, insteadOf known: StoredRecord?) -> StoredRecord? {
        guard read.version.uid == known?.version.uid, read.record.epoch == since else { return nil }
        var told = read
        told.record.holder = record.holder
        told.record.epoch = record.epoch
        told.record.origin = record.origin
        told.record.writer = record.writer
        told.record.reason = record.reason
        told.record.attempt = record.attempt
        told.record.history = record.history
        told.record.announced = record.announced
        told.record.hooks = record.hooks
        return told
    }
}

extension MemberView {
    /// The move to a member that the slice which decides shows, and a record does not tell of, because whoever made it ended before
    /// that; nil: there is none.
    func untoldMove(to active: Member, by record: GroupRecord) -> MoveEntry? {
        endpoints?.slices.first?.ready == [active.id] ? untoldMove(by: record) : nil
    }

    /// The same, wherever it led.
    func untoldMove(by record: GroupRecord) -> MoveEntry? {
        guard let slice = endpoints?.slices.first, let cause = slice.cause, let epoch = slice.epoch,
            epoch > record.epoch || isBesideAdoption(epoch, record)
        else { return nil }
        let target = published.first?.name
        let left = epoch > record.epoch ? record.holder?.name : record.history.last?.target
        var from = [left].compactMap(\.self)
        // Whoever adopted the target may not have seen whom it had lost the role to.
        if from == [target], record.origin == .adopted { from = [record.history.last?.target].compactMap(\.self) }
        // Moves in between led away from it, if it leads back.
        return MoveEntry(epoch: epoch, from: from.filter { $0 != target }, target: target, cause: cause)
    }

    /// Whether another supervisor, which had not seen the slice that moved the role, has adopted somebody else by the record: of two that
    /// act at once one writes the slice, and the other the record.
    private func isBesideAdoption(_ epoch: Epoch, _ record: GroupRecord) -> Bool {
        record.origin == .adopted && record.history.last.map { $0.epoch < epoch } ?? true
            && !published.contains { $0.id == record.holder?.id }
    }
}
