/// All objects as they were at one revision.
package struct StoreView: Sendable {
    /// By kind, namespace and name.
    private var objects: [Kind: [String: [String: StoredObject]]] = [:]
    /// The number of the newest change that is seen here.
    package var revision: Int

    /// No objects yet.
    init(revision: Int) {
        self.revision = revision
    }

    /// The object; nil if there is none, and setting nil removes it.
    subscript(key: ObjectKey) -> StoredObject? {
        get { objects[key.kind]?[key.namespace]?[key.name] }
        set { objects[key.kind, default: [:]][key.namespace, default: [:]][key.name] = newValue }
    }

    /// The objects of a collection, by namespace and name.
    ///
    /// `namespace`: nil: all namespaces.
    func list(_ kind: Kind, namespace: String?) -> [(key: ObjectKey, object: StoredObject)] {
        let namespaces = objects[kind] ?? [:]
        let wanted = namespace.map { [$0] } ?? namespaces.keys.sorted()
        return wanted.flatMap { place in
            (namespaces[place] ?? [:]).sorted { $0.key < $1.key }.map {
                (ObjectKey(kind, namespace: place, name: $0.key), $0.value)
            }
        }
    }

    /// Every object of every kind.
    var all: [(key: ObjectKey, object: StoredObject)] { objects.keys.flatMap { list($0, namespace: nil) } }

    /// The same place before a change.
    mutating func undo(_ change: StoreChange) {
        self[change.key] = change.previous.map(StoredObject.init)
    }
}
