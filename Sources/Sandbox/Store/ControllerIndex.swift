/// Finds what an object controls without looking at everything.
struct ControllerIndex {
    private var keys: [String: Set<ObjectKey>] = [:]

    /// Notes that an object has changed; nil: it is not there.
    mutating func note(_ key: ObjectKey, from old: JSONValue?, to new: JSONValue?) {
        let (before, after) = (old?.controller?["uid"].string, new?.controller?["uid"].string)
        if before == after { return }
        if let before {
            keys[before]?.remove(key)
            if keys[before]?.isEmpty == true { keys[before] = nil }
        }
        if let after { keys[after, default: []].insert(key) }
    }

    /// What the object with this uid controls, of one kind, by name.
    func controlled(by uid: String, _ kind: Kind) -> [ObjectKey] {
        (keys[uid] ?? []).filter { $0.kind == kind }.sorted { $0.name < $1.name }
    }
}

extension JSONValue {
    /// The one owner that manages an object; nil if nobody does.
    ///
    /// https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
    var controller: JSONValue? { self["metadata"]["ownerReferences"].array?.first { $0["controller"] == true } }

    /// The key of an object's controller; nil if it has none of this kind.
    func controllerKey(_ kind: Kind) -> ObjectKey? {
        guard let controller, controller["kind"].string == kind.kind, let name = controller["name"].string else {
            return nil
        }
        return ObjectKey(kind, namespace: self["metadata"]["namespace"].string ?? "", name: name)
    }

    /// A reference to the controller of an object.
    static func owner(_ object: JSONValue, kind: Kind) -> JSONValue {
        [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "name": object["metadata"]["name"],
            "uid": object["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
        ]
    }
}
