/// Reads of pods that left the members and are still published: whether each runs, now and then.
struct PodLookups: Sendable, Hashable {
    /// How long what was found holds.
    private static let validity: Duration = .seconds(10)

    private var pending: [OperationID: Member.ID] = [:]
    /// When each pod was asked for last.
    private var asked: [Member.ID: MonotonicTime] = [:]

    /// Whether a read waits for an operation.
    func awaits(_ id: OperationID) -> Bool { pending[id] != nil }

    /// Reads pods, unless that was done a short time ago; others are forgotten.
    ///
    /// - Returns: the effects, and when they are due again; nil: there are none.
    mutating func ask(
        for pods: [Member],
        at now: MonotonicTime,
        _ ids: inout OperationIDs
    ) -> (effects: [Effect], until: MonotonicTime?) {
        asked = asked.filter { pod, _ in pods.contains { $0.id == pod } }
        var effects: [Effect] = []
        for pod in pods where asked[pod.id].map({ $0 + Self.validity <= now }) ?? true {
            let id = ids.next()
            pending[id] = pod.id
            asked[pod.id] = now
            effects.append(.readMember(id, name: pod.name))
        }
        return (effects, asked.values.map { $0 + Self.validity }.min())
    }

    /// A read was answered.
    ///
    /// - Returns: of which pod it is; nil: it is none of these.
    mutating func answered(_ id: OperationID) -> Member.ID? { pending.removeValue(forKey: id) }
}
