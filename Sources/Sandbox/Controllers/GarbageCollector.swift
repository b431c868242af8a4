/// Deletes what belongs to nobody any more.
///
/// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
struct GarbageCollector: Sendable {
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        // The living, by uid; and what depends on whom.
        var living: Set<String> = []
        var dependents: [String: Set<ObjectKey>] = [:]
        for (_, object) in await store.view.all { living.insert(object.value["metadata"]["uid"].string ?? "") }
        for await change in changes {
            let uid = change.object["metadata"]["uid"].string ?? ""
            switch change.action {
            case .added:
                living.insert(uid)
                for owner in Self.owners(of: change.object) { dependents[owner, default: []].insert(change.key) }
                await collect(change.key, living: living)
            case .modified: break
            case .deleted:
                living.remove(uid)
                for key in dependents.removeValue(forKey: uid) ?? [] { await collect(key, living: living) }
            }
        }
    }

    private static func owners(of object: JSONValue) -> [String] {
        (object["metadata"]["ownerReferences"].array ?? []).compactMap { $0["uid"].string }
    }

    private func collect(_ key: ObjectKey, living: Set<String>) async {
        guard let object = try? await store.get(key) else { return }
        let owners = Self.owners(of: object)
        if !owners.isEmpty, !owners.contains(where: living.contains) {
            _ = try? await store.delete(key, Deletion(uid: object["metadata"]["uid"].string))
        }
    }
}
