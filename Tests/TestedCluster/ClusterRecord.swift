import Coordination
package import Sandbox

/// What watches have told of some namespaces: every change, and what is there now.
package actor ClusterRecord {
    /// The kinds that are watched.
    package static let kinds: [Kind] = [.pods, .leases, .endpointSlices, .events]

    private let speaker: APISpeaker
    /// Every change that was seen, in the order in which it was seen; within a kind, that is the order in which they happened.
    package private(set) var history: [StoreChange] = []
    private var objects: [ObjectKey: JSONValue] = [:]
    private var followers: [AsyncStream<Void>.Continuation] = []

    package init(_ speaker: APISpeaker) {
        self.speaker = speaker
    }

    /// Watches a namespace until the task is cancelled.
    package func watch(_ namespace: String) async {
        await withDiscardingTaskGroup { group in
            for kind in Self.kinds { group.addTask { await self.watch(kind, namespace) } }
        }
    }

    private func watch(_ kind: Kind, _ namespace: String) async {
        let group = kind.group.isEmpty ? "/api/v1" : "/apis/\(kind.apiVersion)"
        let target = "\(group)/namespaces/\(namespace)/\(kind.plural)?watch=true&timeoutSeconds=300"
        var version = ""
        while !Task.isCancelled {
            do {
                let events = try await speaker.watch(
                    "\(target)&resourceVersion=\(version)",
                    idleTimeout: .seconds(310)
                )
                while let event = try await events.next() {
                    guard let action = StoreChange.Action(rawValue: event["type"].string ?? "") else {
                        // The version is too old: the state as it is comes again.
                        version = ""
                        break
                    }
                    version = event["object"]["metadata"]["resourceVersion"].string ?? ""
                    note(action, event["object"], kind)
                }
            } catch {
                // The server was away; what was missed is told by the next watch from the same version.
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private func note(_ action: StoreChange.Action, _ object: JSONValue, _ kind: Kind) {
        let metadata = object["metadata"]
        let key = ObjectKey(kind, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
        let change = StoreChange(
            revision: metadata["resourceVersion"].string.flatMap { Int($0) } ?? 0,
            action: action,
            key: key,
            object: object,
            previous: objects[key]
        )
        objects[key] = action == .deleted ? nil : object
        history.append(change)
        for follower in followers { follower.yield() }
    }

    // MARK: Looking

    package func get(_ key: ObjectKey) -> JSONValue? { objects[key] }

    package func list(_ kind: Kind, namespace: String) -> [JSONValue] {
        objects.filter { $0.key.kind == kind && $0.key.namespace == namespace }.sorted { $0.key.name < $1.key.name }
            .map(\.value)
    }

    /// Waits until a condition holds; it is looked at after every change.
    ///
    /// - Throws: `WaitTimeout` after `limit`.
    package func wait(
        atMost limit: Duration = .seconds(60),
        for what: String,
        until condition: @escaping @Sendable (ClusterRecord) async -> Bool
    ) async throws {
        _ = try await wait(atMost: limit, for: what) { await condition($0) ? true : nil }
    }

    /// Waits until there is something to be found; it is looked for after every change.
    ///
    /// - Returns: what was found, as it was then.
    /// - Throws: `WaitTimeout` after `limit`.
    package func wait<Value: Sendable>(
        atMost limit: Duration = .seconds(60),
        for what: String,
        finding look: @escaping @Sendable (ClusterRecord) async -> Value?
    ) async throws -> Value {
        let (changes, input) = AsyncStream.makeStream(of: Void.self)
        followers.append(input)
        defer { input.finish() }
        if let found = await look(self) { return found }
        let found = await withDeadline(after: limit) { () -> Value? in
            for await _ in changes { if let found = await look(self) { return found } }
            return nil
        }
        try Task.checkCancellation()
        guard let found = found ?? nil else { throw WaitTimeout(what: what, limit: limit) }
        return found
    }
}
