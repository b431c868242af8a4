/// Names one outstanding operation or timer of a group; its completion brings the id back, and stale ids are ignored.
package struct OperationID: Sendable, Hashable {
    /// Counts up from 1 within a group's machine.
    package var number: Int

    package init(number: Int) {
        self.number = number
    }
}

/// Hands out operation ids, each once.
struct OperationIDs: Sendable, Hashable {
    private var last = 0

    mutating func next() -> OperationID {
        last += 1
        return OperationID(number: last)
    }
}
