/// Gives each namespace its default ServiceAccount, and empties the namespaces that are being deleted.
struct NamespaceController: Sendable {
    /// Where namespaces are followed, and their contents deleted.
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var ending: Set<String> = []
        for namespace in await store.list(.namespaces, namespace: nil) { await take(namespace, &ending) }
        for await change in changes {
            if change.key.kind == .namespaces, change.action != .deleted {
                await take(change.object, &ending)
            } else if change.action == .deleted, ending.contains(change.key.namespace) {
                await finish(change.key.namespace, &ending)
            }
        }
    }

    private func take(_ namespace: JSONValue, _ ending: inout Set<String>) async {
        let name = namespace["metadata"]["name"].string ?? ""
        if namespace["metadata"]["deletionTimestamp"] == .null {
            _ = try? await store.create(.serviceAccounts, namespace: name, ["metadata": ["name": "default"]])
        } else if ending.insert(name).inserted {
            for key in await contents(of: name) { _ = try? await store.delete(key) }
            await finish(name, &ending)
        }
    }

    private func contents(of namespace: String) async -> [ObjectKey] {
        let view = await store.view
        return Kind.all.filter(\.isNamespaced).flatMap { view.list($0, namespace: namespace).map(\.key) }
    }

    private func finish(_ name: String, _ ending: inout Set<String>) async {
        guard await contents(of: name).isEmpty else { return }
        ending.remove(name)
        await store.remove(ObjectKey(.namespaces, namespace: "", name: name))
    }
}
