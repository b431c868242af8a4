/// A consistent list that shows whether the API server was set back, or its cache only lags.
///
/// A relist of the informer that is older than what is known proves neither.
struct RelistCheck: Sendable, Hashable {
    /// The list that is under way, or the wait before it is tried again.
    private var pending: OperationID?
    private var failedAttempts = 0

    /// Whether the check waits for an operation.
    func awaits(_ id: OperationID) -> Bool { pending == id }

    /// Lists the pods consistently, unless that is under way.
    mutating func begin(_ ids: inout OperationIDs) -> [Effect] { pending == nil ? ask(&ids) : [] }

    /// Lists the pods consistently, at once.
    mutating func ask(_ ids: inout OperationIDs) -> [Effect] {
        let id = ids.next()
        pending = id
        return [.listMembers(id)]
    }

    /// The list failed: it is tried again after a backoff.
    mutating func failed(_ failure: OperationFailure, _ ids: inout OperationIDs) -> [Effect] {
        let id = ids.next()
        pending = id
        defer { failedAttempts += 1 }
        return [.startBackoff(id, attempt: failedAttempts, atLeast: failure.retryAfter)]
    }

    /// The list was answered.
    mutating func ended() {
        pending = nil
        failedAttempts = 0
    }
}
