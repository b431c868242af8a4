/// Names one stored object.
package struct ObjectKey: Sendable, Hashable {
    /// The kind under which the object is stored.
    package var kind: Kind
    /// Empty for kinds without namespace.
    package var namespace: String
    /// The `metadata.name`, unique for its kind in its namespace.
    package var name: String

    /// `namespace`: empty for kinds without namespace.
    package init(_ kind: Kind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

/// An object, and its text, so that lists of many need not be written anew.
struct StoredObject: Sendable {
    /// The whole object, with its `resourceVersion`.
    let value: JSONValue
    /// The JSON text without `kind` and `apiVersion`, as items of a list have it.
    let text: [UInt8]

    /// Writes the text now, once for all reads.
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
        /// The object was created.
        case added = "ADDED"
        /// The object was changed; a deletionTimestamp that is set is a change, too.
        case modified = "MODIFIED"
        /// The object is gone.
        case deleted = "DELETED"
    }

    /// The number of the change, which is also the object's resourceVersion.
    package var revision: Int
    /// What happened to the object in the store; a watch with a selector may show it otherwise.
    package var action: Action
    /// Which object was changed.
    package var key: ObjectKey
    /// The object with this change's resourceVersion; for a deletion as it was.
    package var object: JSONValue
    /// The object before; nil for an addition.
    package var previous: JSONValue?
    /// When it was committed.
    package var time: ContinuousClock.Instant

    /// `previous`: the object before; nil for an addition.
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

extension RandomAccessCollection where Element == StoreChange {
    /// Where the changes after a revision begin, in a history that is in order.
    func firstIndex(after revision: Int) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if self[middle].revision > revision {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
