import Foundation

/// The objects, one revision counter for all of them, and the history of their changes.
package actor ObjectStore {
    /// The revision of the newest change.
    package var revision: Int { current.revision }
    /// Every change since the beginning, for assertions; at most `historyLimit`.
    package private(set) var history: [StoreChange] = []
    /// Watches and lists from before this revision are answered with 410.
    private(set) var compactedRevision = firstRevision
    /// Where in the history the revisions that count now begin.
    private var windowStart = 0
    private var current = StoreView(revision: firstRevision)
    private var controllers = ControllerIndex()
    /// Which objects have which labels now.
    private(set) var labels = StoredLabels()
    private var followers: [Int: AsyncStream<StoreChange>.Continuation] = [:]
    private var lastFollower = 0
    /// What managers have applied, by the uid of the object and the manager.
    private var appliedObjects: [String: [String: JSONValue]] = [:]
    private let historyLimit: Int
    /// What rules need to know of the cluster's network.
    private var network: ClusterNetwork

    private static let firstRevision = 1000
    /// Changes that a watch may lag behind; one that is slower is ended, as a real API server does.
    private static let watchBuffer = 32_768

    /// - Parameters:
    ///   - historyLimit: changes that are kept; beyond it, the older half is compacted.
    ///   - isDualStack: whether Services may have addresses of IPv6 beside those of IPv4.
    package init(historyLimit: Int = 200_000, isDualStack: Bool = false) {
        self.historyLimit = historyLimit
        network = ClusterNetwork(isDualStack: isDualStack)
    }

    // MARK: Reading

    /// The newest version of an object; throws 404 if there is none.
    package func get(_ key: ObjectKey) throws(APIFailure) -> JSONValue { try stored(key).value }

    /// The same with its text; throws 404 if there is no such object.
    func stored(_ key: ObjectKey) throws(APIFailure) -> StoredObject {
        guard let object = current[key] else { throw .notFound(key.kind, key.name) }
        return object
    }

    /// The objects of a collection, by namespace and name.
    ///
    /// `namespace`: nil: all namespaces.
    package func list(_ kind: Kind, namespace: String?) -> [JSONValue] {
        current.list(kind, namespace: namespace).map(\.object.value)
    }

    /// The objects of a kind that the object with this uid controls, by name.
    func controlled(by uid: String, _ kind: Kind) -> [JSONValue] {
        present(controllers.controlled(by: uid, kind))
    }

    /// Those of these objects that are there.
    func present(_ keys: [ObjectKey]) -> [JSONValue] { keys.compactMap { current[$0]?.value } }

    /// Everything as it is now.
    package var view: StoreView { current }

    /// Everything as it was at a revision; nil if that is no longer known.
    func view(at revision: Int) -> StoreView? {
        if revision < compactedRevision { return nil }
        var view = current
        for change in history[windowStart...].reversed() {
            if change.revision <= revision { break }
            view.undo(change)
        }
        view.revision = min(revision, self.revision)
        return view
    }

    /// The changes after `revision` and all later ones; nil if they are no longer known.
    ///
    /// A follower that falls too far behind gets no more.
    func changes(after start: Int) -> (past: [StoreChange], future: AsyncStream<StoreChange>)? {
        if start < compactedRevision { return nil }
        let first = history[windowStart...].firstIndex(after: start)
        return (Array(history[first...]), follow(buffering: .bufferingOldest(Self.watchBuffer)))
    }

    /// All later changes, for the controllers of the sandbox itself.
    package func follow() -> AsyncStream<StoreChange> { follow(buffering: .unbounded) }

    private func follow(
        buffering: AsyncStream<StoreChange>.Continuation.BufferingPolicy
    ) -> AsyncStream<StoreChange> {
        let (stream, continuation) = AsyncStream.makeStream(of: StoreChange.self, bufferingPolicy: buffering)
        lastFollower += 1
        followers[lastFollower] = continuation
        return stream
    }

    /// Forgets what was before now, as etcd's compaction does.
    package func compact() {
        compactedRevision = revision
    }

    /// Counts revisions from `revision` on, as after the restore of a backup: readers have seen higher versions of all.
    package func resetRevisions(to revision: Int) {
        let objects = current.all
        current.revision = revision
        for (key, object) in objects {
            current.revision += 1
            var value = object.value
            value["metadata"]["resourceVersion"] = .string("\(current.revision)")
            current[key] = StoredObject(value)
        }
        compactedRevision = current.revision
        windowStart = history.endIndex
    }

    // MARK: Writing

    /// Stores a new object; gives it uid, creation time and version.
    ///
    /// `isDryRun`: everything is checked, nothing is stored.
    @discardableResult
    package func create(
        _ kind: Kind,
        namespace: String,
        _ body: JSONValue,
        isDryRun: Bool = false
    ) throws(APIFailure) -> JSONValue {
        var object = body
        object["apiVersion"] = .string(kind.apiVersion)
        object["kind"] = .string(kind.kind)
        let name = try name(for: object, kind)
        object["metadata"]["name"] = .string(name)
        if kind.isNamespaced {
            object["metadata"]["namespace"] = .string(namespace)
            try checkNamespace(namespace, for: kind, name)
        }
        let key = ObjectKey(kind, namespace: kind.isNamespaced ? namespace : "", name: name)
        if current[key] != nil { throw .alreadyExists(kind, name) }
        object["metadata"]["uid"] = .string(UUID().uuidString.lowercased())
        object["metadata"]["creationTimestamp"] = Timestamp.seconds()
        if kind.countsGenerations { object["metadata"]["generation"] = 1 }
        kind.fillIn(&object)
        try kind.validate(&object, replacing: nil, in: network)
        return isDryRun ? object : commit(.added, key, object, previous: nil)
    }

    private func checkNamespace(_ namespace: String, for kind: Kind, _ name: String) throws(APIFailure) {
        guard let place = current[ObjectKey(.namespaces, namespace: "", name: namespace)]?.value else {
            throw .notFound(.namespaces, namespace)
        }
        if place["metadata"]["deletionTimestamp"] != .null {
            let why = "unable to create new content in namespace \(namespace) because it is being terminated"
            throw .forbidden(
                kind,
                name,
                why,
                causes: [
                    .init(
                        reason: "NamespaceTerminating",
                        field: "metadata.namespace",
                        message: "namespace \(namespace) is being terminated"
                    )
                ]
            )
        }
    }

    /// Replaces an object by what `change` makes of the newest version.
    ///
    /// `denial`: why admission denies it, once everything else allows it; nil: it does not.
    /// - Returns: the object as stored; unchanged, with the same version, if `change` changed nothing.
    @discardableResult
    package func modify(
        _ key: ObjectKey,
        isDryRun: Bool = false,
        unless denial: APIFailure? = nil,
        _ change: @Sendable (JSONValue) throws(APIFailure) -> JSONValue
    ) throws(APIFailure) -> JSONValue {
        let old = try get(key)
        var new = try change(old)
        let claimed = new["metadata"]["resourceVersion"]
        if claimed != .null, claimed != old["metadata"]["resourceVersion"] { throw .modified(key.kind, key.name) }
        for field in ["resourceVersion", "creationTimestamp", "generation"] {
            new["metadata"][field] = old["metadata"][field]
        }
        key.kind.fillIn(&new)
        if new != old { try key.kind.validate(&new, replacing: old, in: network) }
        if let denial { throw denial }
        if new == old { return old }
        if key.kind.countsGenerations, key.kind.counted(new) != key.kind.counted(old) {
            new["metadata"]["generation"] = .int((old["metadata"]["generation"].int ?? 0) + 1)
        }
        if isDryRun { return new }
        return commit(isFinished(new) ? .deleted : .modified, key, new, previous: old)
    }

    /// Whether an object was only waiting for its finalizers to go.
    private func isFinished(_ object: JSONValue) -> Bool {
        let metadata = object["metadata"]
        return metadata["deletionTimestamp"] != .null && metadata["finalizers"].array?.isEmpty ?? true
            && metadata["deletionGracePeriodSeconds"] == 0
    }

    /// Deletes an object, or marks it if its pod is given time or a finalizer holds it.
    ///
    /// - Returns: the object as it is left, or as it was when it went.
    @discardableResult
    package func delete(_ key: ObjectKey) throws(APIFailure) -> JSONValue { try delete(key, Deletion()) }

    /// Deletes an object in the same way; throws 409 if a precondition does not hold.
    @discardableResult
    func delete(_ key: ObjectKey, _ deletion: Deletion, isDryRun: Bool = false) throws(APIFailure) -> JSONValue {
        let old = try get(key)
        try deletion.check(old, key)
        let grace = deletion.gracePeriod(for: old, key.kind)
        let isHeld = key.kind == .namespaces || !(old["metadata"]["finalizers"].array?.isEmpty ?? true)
        if isDryRun { return old }
        if grace == 0, !isHeld { return commit(.deleted, key, old, previous: old) }
        if old["metadata"]["deletionTimestamp"] != .null {
            let left = old["metadata"]["deletionGracePeriodSeconds"].int ?? 0
            if grace >= left { return old }
        }
        return commit(.modified, key, deletion.mark(old, gracePeriod: grace), previous: old)
    }

    // MARK: Server-side apply

    /// What a manager applied to an object the last time; an empty object: nothing.
    func applied(by manager: String, to object: JSONValue) -> JSONValue {
        appliedObjects[object["metadata"]["uid"].string ?? ""]?[manager] ?? [:]
    }

    /// Remembers what a manager applies, so that its next apply removes what it then leaves out.
    func noteApplied(_ configuration: JSONValue, by manager: String, to object: JSONValue) {
        appliedObjects[object["metadata"]["uid"].string ?? "", default: [:]][manager] = configuration
    }

    // MARK: Deletion

    /// Takes an object away at once, whatever holds it.
    func remove(_ key: ObjectKey) {
        if let old = current[key]?.value { _ = commit(.deleted, key, old, previous: old) }
    }

    private func name(for object: JSONValue, _ kind: Kind) throws(APIFailure) -> String {
        if let name = object["metadata"]["name"].string, !name.isEmpty { return name }
        if let prefix = object["metadata"]["generateName"].string {
            let letters = Array("bcdfghjklmnpqrstvwxz2456789")
            return prefix + String((0..<5).compactMap { _ in letters.randomElement() })
        }
        throw .required(kind, object, "metadata.name", "name or generateName is required")
    }

    private func commit(
        _ action: StoreChange.Action,
        _ key: ObjectKey,
        _ object: JSONValue,
        previous: JSONValue?
    ) -> JSONValue {
        current.revision += 1
        var stored = object
        stored["metadata"]["resourceVersion"] = .string("\(revision)")
        current[key] = action == .deleted ? nil : StoredObject(stored)
        controllers.note(key, from: previous, to: action == .deleted ? nil : stored)
        labels.note(key, from: previous, to: action == .deleted ? nil : stored)
        if key.kind == .pods { network.note(stored) }
        let change = StoreChange(revision: revision, action: action, key: key, object: stored, previous: previous)
        keep(change)
        for (id, follower) in followers {
            switch follower.yield(change) {
            case .enqueued: break
            default:
                follower.finish()
                followers[id] = nil
            }
        }
        return stored
    }

    private func keep(_ change: StoreChange) {
        if change.action == .deleted { appliedObjects[change.object["metadata"]["uid"].string ?? ""] = nil }
        history.append(change)
        guard history.count > historyLimit else { return }
        let dropped = history.count / 2
        if dropped > windowStart { compactedRevision = history[dropped - 1].revision }
        history.removeFirst(dropped)
        windowStart = max(0, windowStart - dropped)
    }
}
