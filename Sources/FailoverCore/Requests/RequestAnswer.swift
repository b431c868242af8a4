/// What became of a request.
package struct RequestAnswer: Sendable, Hashable {
    /// How it ended.
    package enum Outcome: String, Sendable, Hashable {
        /// It was carried out, or nothing had to be changed for it.
        case done = "Done"
        /// Nothing was changed.
        case refused = "Refused"
    }

    /// Answers that a record keeps.
    package static let limit = 8

    /// The request's.
    package var id: String
    /// Final: a request is answered once.
    package var outcome: Outcome
    /// For people.
    package var explanation: String
    /// The move that was made for it.
    package var move: MoveEntry?

    /// `move`: nil if no move was made for it.
    package init(id: String, outcome: Outcome, explanation: String, move: MoveEntry? = nil) {
        self.id = id
        self.outcome = outcome
        self.explanation = explanation
        self.move = move
    }

    /// That a request was carried out.
    init(to request: OperatorRequest, _ move: CompletedMove, _ entry: MoveEntry) {
        let from = move.from.isEmpty ? "nobody" : move.from.map(\.name).joined(separator: ", ")
        let words = "moved from \(from) to \(move.target?.name ?? "nobody")"
        self.init(id: request.id, outcome: .done, explanation: words, move: entry)
    }
}
