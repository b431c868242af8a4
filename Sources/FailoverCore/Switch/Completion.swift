/// What a finished switch adds to the record.
struct Completion: Sendable, Hashable {
    let move: MoveEntry
    /// To the order that it carried out.
    let answer: OrderAnswer?

    /// A record with what is known of the move by now; one of another epoch says nothing of it any more.
    func told(in record: GroupRecord) -> GroupRecord {
        guard record.epoch == move.epoch else { return record }
        var next = record
        next.complete(move)
        // Somebody may have asked for something else meanwhile; both are answered.
        if let answer { next.answerOnce(answer) }
        return next
    }

    /// Whether a record says all of it that it can say: writing it again would change nothing.
    func isTold(by record: GroupRecord?) -> Bool {
        record.map { told(in: $0) == $0 } ?? true
    }
}
