import NIOCore

/// Serves one watch: past changes, then later ones, bookmarks, and a clean end.
struct WatchSession: Sendable {
    /// What moves the session on.
    private enum Step: Sendable {
        case change(StoreChange)
        case bookmark
        case end
    }

    let request: APIRequest
    let filter: ObjectFilter
    let store: ObjectStore
    /// How often a bookmark is sent.
    let bookmarkInterval: Duration
    /// Ends when the server wants the watch cut.
    let cut: AsyncStream<Void>

    /// Writes events until the watch ends.
    func run(_ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        let version = request.query["resourceVersion"].flatMap { Int($0) } ?? 0
        let start = version > 0 ? version : await store.revision
        guard let (past, future) = await store.changes(after: start) else {
            let failure = APIFailure.expired("too old resource version: \(version) (\(await store.compactedRevision))")
            return try await write(frame("ERROR", failure.status))
        }
        if version == 0 {
            for object in await store.list(request.kind, namespace: request.namespace) where filter.matches(object) {
                try await write(frame("ADDED", object))
            }
        }
        for change in past { try await send(change, write) }
        try await follow(future, from: start, write)
    }

    private func follow(
        _ future: AsyncStream<StoreChange>,
        from start: Int,
        _ write: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let (steps, input) = AsyncStream.makeStream(of: Step.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await change in future { input.yield(.change(change)) } }
            group.addTask {
                while (try? await Task.sleep(for: bookmarkInterval)) != nil { input.yield(.bookmark) }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                input.yield(.bookmark)
                input.yield(.end)
            }
            group.addTask {
                for await _ in cut {}
                input.yield(.end)
            }
            defer { group.cancelAll() }
            for await step in steps {
                switch step {
                case .change(let change): try await send(change, write)
                case .bookmark: if wantsBookmarks { try await write(await bookmark()) }
                case .end: return
                }
            }
        }
    }

    private var timeout: Duration { .seconds(request.query["timeoutSeconds"].flatMap { Int($0) } ?? 1800) }

    private var wantsBookmarks: Bool { request.query["allowWatchBookmarks"] == "true" }

    /// One change as the selector shows it: an object that stops matching is shown deleted, as it was before.
    private func send(_ change: StoreChange, _ write: @Sendable ([UInt8]) async throws -> Void) async throws {
        guard change.key.kind == request.kind else { return }
        if let namespace = request.namespace, change.key.namespace != namespace { return }
        let matched = change.previous.map(filter.matches) ?? false
        let matches = change.action != .deleted && filter.matches(change.object)
        switch (matched, matches) {
        case (false, false): return
        case (false, true): try await write(frame("ADDED", change.object))
        case (true, true): try await write(frame("MODIFIED", change.object))
        case (true, false):
            var last = change.previous ?? change.object
            last["metadata"]["resourceVersion"] = .string("\(change.revision)")
            try await write(frame("DELETED", last))
        }
    }

    private func bookmark() async -> [UInt8] {
        frame(
            "BOOKMARK",
            [
                "kind": .string(request.kind.kind), "apiVersion": .string(request.kind.apiVersion),
                "metadata": ["resourceVersion": .string("\(await store.revision)"), "creationTimestamp": .null],
            ]
        )
    }

    private func frame(_ type: String, _ object: JSONValue) -> [UInt8] {
        (["type": .string(type), "object": object] as JSONValue).json + [UInt8(ascii: "\n")]
    }
}
