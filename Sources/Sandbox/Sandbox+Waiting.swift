/// A condition did not come true in time.
package struct WaitTimeout: Error, Sendable, CustomStringConvertible {
    /// What was waited for.
    package var what: String
    /// How long was waited.
    package var limit: Duration

    /// `what`: ends the sentence "waited … in vain for".
    package init(what: String, limit: Duration) {
        self.what = what
        self.limit = limit
    }

    package var description: String { "waited \(limit) in vain for: \(what)" }
}

extension Sandbox {
    /// Waits until a condition on the stored objects holds; it is looked at after every change.
    ///
    /// - Throws: `WaitTimeout` after `limit`.
    package func wait(
        atMost limit: Duration = .seconds(60),
        for what: String,
        until condition: @escaping @Sendable (ObjectStore) async -> Bool
    ) async throws {
        let changes = await store.follow()
        if await condition(store) { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in changes where await condition(store) { return }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw WaitTimeout(what: what, limit: limit)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Waits until exactly these pods are ready endpoints of a Service.
    package func waitForEndpoints(
        _ pods: Set<String>,
        of service: String,
        namespace: String = "default",
        atMost limit: Duration = .seconds(60)
    ) async throws {
        try await wait(atMost: limit, for: "the endpoints of \(service) to be \(pods.sorted())") { store in
            EndpointAudit(await store.history, namespace: namespace, service: service).current == pods
        }
    }

    /// Waits until a Service has one ready endpoint, and it is not `pod`.
    ///
    /// - Returns: the endpoint's pod.
    @discardableResult
    package func waitForMove(
        awayFrom pod: String?,
        of service: String,
        namespace: String = "default",
        atMost limit: Duration = .seconds(60)
    ) async throws -> String {
        try await wait(atMost: limit, for: "\(service) to leave \(pod ?? "nobody")") { store in
            let current = EndpointAudit(await store.history, namespace: namespace, service: service).current
            return current.count == 1 && current.first != pod
        }
        let current = EndpointAudit(await store.history, namespace: namespace, service: service).current
        guard let holder = current.first else { throw WaitTimeout(what: "an endpoint of \(service)", limit: limit) }
        return holder
    }
}
