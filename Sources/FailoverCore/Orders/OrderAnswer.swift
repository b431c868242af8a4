/// What became of an order.
package struct OrderAnswer: Sendable, Hashable {
    /// How it ended.
    package enum Outcome: String, Sendable, Hashable {
        case done = "Done"
        /// Nothing was changed.
        case refused = "Refused"
    }

    /// Answers that a record keeps.
    package static let limit = 8

    /// The order's.
    package var id: String
    package var outcome: Outcome
    /// For people.
    package var explanation: String
    /// The move that was made for it.
    package var move: MoveEntry?

    package init(id: String, outcome: Outcome, explanation: String, move: MoveEntry? = nil) {
        self.id = id
        self.outcome = outcome
        self.explanation = explanation
        self.move = move
    }

    /// That an order was carried out.
    init(to order: Order, _ move: CompletedMove, _ entry: MoveEntry) {
        let from = move.from.isEmpty ? "nobody" : move.from.map(\.name).joined(separator: ", ")
        let words = "moved from \(from) to \(move.target?.name ?? "nobody")"
        self.init(id: order.id, outcome: .done, explanation: words, move: entry)
    }
}
