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

/// An object, and its text, so that lists of many need not be written anew.
struct StoredObject: Sendable {
    let value: JSONValue
    /// The JSON text without `kind` and `apiVersion`, as items of a list have it.
    let text: [UInt8]

    init(_ value: JSONValue) {
        self.value = value
        text = value.with("kind", .null).with("apiVersion", .null).json
    }

    /// The JSON text of an object that stands alone.
    func text(of kind: Kind) -> [UInt8] {
        Array("{\"kind\":\"\(kind.kind)\",\"apiVersion\":\"\(kind.apiVersion)\",".utf8) + text.dropFirst()
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

    package init(
        revision: Int,
        action: Action,
        key: ObjectKey,
        object: JSONValue,
        previous: JSONValue? = nil,
        time: ContinuousClock.Instant = .now
    ) {
        self.revision = revision
        self.action = action
        self.key = key
        self.object = object
        self.previous = previous
        self.time = time
    }
}
