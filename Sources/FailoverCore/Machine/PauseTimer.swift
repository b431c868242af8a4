/// A pause that is under way.
struct PauseTimer: Sendable, Hashable {
    let id: String
    /// Nil: until further notice.
    let end: MonotonicTime?
}

/// What a finished switch adds to the record.
struct Completion: Sendable, Hashable {
    var move: MoveEntry
    /// To the order that it carried out.
    var answer: OrderAnswer?
}
