/// Deletes what belongs to nobody any more.
///
/// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
struct GarbageCollector: Sendable {
    /// Where the `ownerReferences` of all objects are followed, and dependents deleted.
    let store: ObjectStore

    /// Who lives, by uid, and what depends on whom.
    private struct Graph {
        var living: Set<String> = []
        var dependents: [String: Set<ObjectKey>] = [:]

        mutating func add(_ key: ObjectKey, _ object: JSONValue) {
            living.insert(object["metadata"]["uid"].string ?? "")
            for owner in GarbageCollector.owners(of: object) { dependents[owner, default: []].insert(key) }
        }
    }

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var graph = Graph()
        let present = await store.view.all
        for (key, object) in present { graph.add(key, object.value) }
        for (key, _) in present { await collect(key, graph) }
        for await change in changes {
            switch change.action {
            case .added:
                graph.add(change.key, change.object)
                await collect(change.key, graph)
            case .modified:
                let owners = change.object["metadata"]["ownerReferences"]
                if change.previous?["metadata"]["ownerReferences"] == owners { break }
                graph.add(change.key, change.object)
                await collect(change.key, graph)
            case .deleted:
                let uid = change.object["metadata"]["uid"].string ?? ""
                graph.living.remove(uid)
                for key in graph.dependents.removeValue(forKey: uid) ?? [] { await collect(key, graph) }
            }
        }
    }

    private static func owners(of object: JSONValue) -> [String] {
        (object["metadata"]["ownerReferences"].array ?? []).compactMap { $0["uid"].string }
    }

    private func collect(_ key: ObjectKey, _ graph: Graph) async {
        guard let object = try? await store.get(key) else { return }
        let owners = Self.owners(of: object)
        if !owners.isEmpty, !owners.contains(where: graph.living.contains) {
            _ = try? await store.delete(key, Deletion(uid: object["metadata"]["uid"].string))
        }
    }
}
