/// Names one stored object.
package struct ObjectKey: Sendable, Hashable {
    package var kind: Kind
    /// Empty for kinds without namespace.
    package var namespace: String
    package var name: String

    package init(_ kind: Kind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

/// One committed change; the store's history holds all of them.
package struct StoreChange: Sendable {
    /// What happened to the object.
    package enum Action: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    package var revision: Int
    package var action: Action
    package var key: ObjectKey
    /// The object with this change's resourceVersion; for a deletion as it was.
    package var object: JSONValue
    /// The object before; nil for an addition.
    package var previous: JSONValue?
    /// When it was committed.
    package var time: ContinuousClock.Instant
}

/// The conditions of a deletion.
struct DeletePreconditions: Sendable {
    var uid: String?
    var resourceVersion: String?
}
