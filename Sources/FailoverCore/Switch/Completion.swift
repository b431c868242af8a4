/// What a finished switch adds to the record.
struct Completion: Sendable, Hashable {
    var move: MoveEntry
    /// To the order that it carried out.
    var answer: OrderAnswer?

    /// Whether a record says it already, or is of another epoch and will not.
    ///
    /// A stored duration is rounded, so that the two are not compared.
    func isTold(by record: GroupRecord?) -> Bool {
        guard let record, record.epoch == move.epoch else { return true }
        let entry = record.history.last { $0.epoch == move.epoch }
        let isAnswered = answer.map { $0.id != record.order?.id } ?? true
        return (entry == nil || entry?.duration != nil) && isAnswered
    }
}
