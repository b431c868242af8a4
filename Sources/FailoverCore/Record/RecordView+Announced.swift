/// What the record says of a move that is announced.
extension RecordView {
    /// Whether the member on record was seen active at the record's epoch.
    var isMade: Bool { record.map { moves.wasSeenMade($0.epoch) } ?? false }

    /// The request that the announced move carries out; nil: none, or it is answered.
    var announcedRequest: OperatorRequest? {
        guard let record, let request = record.request, let last = record.history.last else { return nil }
        return last.epoch == record.epoch && last.request == request.id ? request : nil
    }

    /// The epoch of a move that this supervisor announced, and did not go on with before anybody was demoted or promoted; nil:
    /// none.
    ///
    /// Of another's announcement it is not known whether it is not being carried out just now.
    func announcedInVain(by writer: String, _ view: MemberView) -> Epoch? {
        guard let record, let last = record.history.last, record.writer == writer, last.epoch == record.epoch,
            last.duration == nil, completion == nil, record.isOnlyAnnounced(view.actives)
        else { return nil }
        return record.epoch
    }
}
