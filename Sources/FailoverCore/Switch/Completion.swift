/// What a finished switch adds to the record.
struct Completion: Sendable, Hashable {
    var move: MoveEntry
    /// To the order that it carried out.
    var answer: OrderAnswer?
}
