/// Reads that show whether the API server was set back, or its cache only lags.
///
/// A relist of the slices that is older than what is known proves neither.
struct EndpointsCheck: Sendable, Hashable {
    /// The reads that are under way, or the waits before they are tried again.
    private var pending: [OperationID: AddressFamily] = [:]
    private var failedAttempts = 0

    /// Whether the check waits for an operation.
    func awaits(_ id: OperationID) -> Bool { pending[id] != nil }

    /// Reads every slice, unless that is under way.
    mutating func begin(_ slices: [PublishedSlice], _ ids: inout OperationIDs) -> [Effect] {
        pending.isEmpty ? slices.map { ask($0.family, &ids) } : []
    }

    /// The wait before a read is over.
    mutating func retry(_ id: OperationID, _ ids: inout OperationIDs) -> [Effect] {
        pending.removeValue(forKey: id).map { [ask($0, &ids)] } ?? []
    }

    /// A read was answered; if it failed, it is tried again after a backoff.
    mutating func answered(_ id: OperationID, _ failure: OperationFailure?, _ ids: inout OperationIDs) -> [Effect] {
        guard let family = pending.removeValue(forKey: id), let failure else {
            failedAttempts = 0
            return []
        }
        let wait = ids.next()
        pending[wait] = family
        defer { failedAttempts += 1 }
        return [.startBackoff(wait, attempt: failedAttempts, atLeast: failure.retryAfter)]
    }

    private mutating func ask(_ family: AddressFamily, _ ids: inout OperationIDs) -> Effect {
        let id = ids.next()
        pending[id] = family
        return .readEndpoints(id, family)
    }
}
