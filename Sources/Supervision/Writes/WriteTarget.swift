/// What a write of a group changes.
enum WriteTarget: Sendable, Hashable {
    /// Its Lease.
    case record
    /// The role of a pod, by name.
    case role(String)
    /// An EndpointSlice, by name.
    case slice(String)
    /// That a pod is there, by name.
    case deletion(String)

    /// Whether the same webhooks may be asked about it.
    func isLike(_ other: WriteTarget) -> Bool {
        switch (self, other) {
        case (.record, .record), (.role, .role), (.slice, .slice), (.deletion, .deletion): true
        case (.record, _), (.role, _), (.slice, _), (.deletion, _): false
        }
    }

    /// Whether it may still be under way when the lead is over: it is bound to a version of its object, so that a later write wins.
    ///
    /// A deletion is bound to the pod alone, whoever made it active meanwhile.
    var mayOutlastLead: Bool {
        switch self {
        case .record, .role, .slice: true
        case .deletion: false
        }
    }
}
