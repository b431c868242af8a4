import Foundation

/// The objects, one revision counter for all of them, and the history of every change.
package actor ObjectStore {
    /// The revision of the newest change.
    package private(set) var revision = 1000
    /// Every change since the beginning, for assertions; watches are served from it down to the compacted revision.
    package private(set) var history: [StoreChange] = []
    /// Watches and lists from this revision or before are answered with 410.
    private(set) var compactedRevision = 0
    private var objects: [ObjectKey: JSONValue] = [:]
    private var followers: [Int: AsyncStream<StoreChange>.Continuation] = [:]
    private var lastFollower = 0

    // MARK: Reading

    package func get(_ key: ObjectKey) throws(APIFailure) -> JSONValue {
        guard let object = objects[key] else { throw .notFound(key.kind, key.name) }
        return object
    }

    /// The objects of a collection, by namespace and name.
    ///
    /// `namespace`: nil: all namespaces.
    package func list(_ kind: Kind, namespace: String?) -> [JSONValue] {
        objects.filter { $0.key.kind == kind && (namespace == nil || $0.key.namespace == namespace) }
            .sorted { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }
            .map(\.value)
    }

    /// The changes after `revision` and all later ones; nil if they are no longer known.
    func changes(after start: Int) -> (past: [StoreChange], future: AsyncStream<StoreChange>)? {
        if start < compactedRevision { return nil }
        let (stream, continuation) = AsyncStream.makeStream(of: StoreChange.self)
        lastFollower += 1
        let id = lastFollower
        followers[id] = continuation
        let first = history.partitioningIndex { $0.revision > start }
        return (Array(history[first...]), stream)
    }

    /// All later changes.
    package func follow() -> AsyncStream<StoreChange> {
        changes(after: revision)?.future ?? AsyncStream { $0.finish() }
    }

    /// Forgets what was before now, as etcd's compaction does.
    package func compact() {
        compactedRevision = revision
    }

    // MARK: Writing

    /// Stores a new object; gives it uid, creation time and version.
    @discardableResult
    package func create(_ kind: Kind, namespace: String, _ body: JSONValue) throws(APIFailure) -> JSONValue {
        var object = body
        object["apiVersion"] = .string(kind.apiVersion)
        object["kind"] = .string(kind.kind)
        if kind.isNamespaced {
            object["metadata"]["namespace"] = .string(namespace)
            if objects[ObjectKey(.namespaces, namespace: "", name: namespace)] == nil {
                throw .notFound(.namespaces, namespace)
            }
        }
        let name = try name(for: object, kind)
        object["metadata"]["name"] = .string(name)
        let key = ObjectKey(kind, namespace: kind.isNamespaced ? namespace : "", name: name)
        if objects[key] != nil { throw .alreadyExists(kind, name) }
        object["metadata"]["uid"] = .string(UUID().uuidString.lowercased())
        object["metadata"]["creationTimestamp"] = .string(Date().formatted(.iso8601))
        try Validation.check(object, of: kind, replacing: nil)
        return commit(.added, key, object, previous: nil)
    }

    /// Replaces an object by what `change` makes of the newest version.
    ///
    /// - Returns: the object as stored; unchanged, with the same version, if `change` changed nothing.
    @discardableResult
    package func modify(
        _ key: ObjectKey,
        _ change: @Sendable (JSONValue) throws(APIFailure) -> JSONValue
    ) throws(APIFailure) -> JSONValue {
        let old = try get(key)
        var new = try change(old)
        let claimed = new["metadata"]["resourceVersion"]
        if claimed != .null, claimed != old["metadata"]["resourceVersion"] {
            throw .conflict(key.kind, key.name, APIFailure.modified)
        }
        new["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
        new["metadata"]["creationTimestamp"] = old["metadata"]["creationTimestamp"]
        if new == old { return old }
        try Validation.check(new, of: key.kind, replacing: old)
        return commit(.modified, key, new, previous: old)
    }

    /// Takes an object away at once.
    @discardableResult
    func remove(_ key: ObjectKey, _ conditions: DeletePreconditions = .init()) throws(APIFailure) -> JSONValue {
        let old = try get(key)
        try check(conditions, key, old)
        return commit(.deleted, key, old, previous: old)
    }

    func check(_ conditions: DeletePreconditions, _ key: ObjectKey, _ object: JSONValue) throws(APIFailure) {
        let metadata = object["metadata"]
        if let uid = conditions.uid, metadata["uid"].string != uid {
            let stored = metadata["uid"].string ?? ""
            throw .conflict(
                key.kind,
                key.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(stored)"
            )
        }
        if let version = conditions.resourceVersion, metadata["resourceVersion"].string != version {
            throw .conflict(key.kind, key.name, APIFailure.modified)
        }
    }

    private func name(for object: JSONValue, _ kind: Kind) throws(APIFailure) -> String {
        if let name = object["metadata"]["name"].string, !name.isEmpty { return name }
        if let prefix = object["metadata"]["generateName"].string {
            let letters = Array("bcdfghjklmnpqrstvwxz2456789")
            return prefix + String((0..<5).compactMap { _ in letters.randomElement() })
        }
        throw .invalid(kind, "", field: "metadata.name", "Required value: name or generateName is required")
    }

    private func commit(
        _ action: StoreChange.Action,
        _ key: ObjectKey,
        _ object: JSONValue,
        previous: JSONValue?
    ) -> JSONValue {
        revision += 1
        var stored = object
        stored["metadata"]["resourceVersion"] = .string("\(revision)")
        objects[key] = action == .deleted ? nil : stored
        let change = StoreChange(
            revision: revision,
            action: action,
            key: key,
            object: stored,
            previous: previous,
            time: .now
        )
        history.append(change)
        for (id, follower) in followers {
            if case .terminated = follower.yield(change) { followers[id] = nil }
        }
        return stored
    }
}

extension Array {
    /// The first index from which on `predicate` holds, in an array where it never stops holding.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
