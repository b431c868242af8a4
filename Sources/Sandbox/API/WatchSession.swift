/// Serves one watch: past changes, then later ones, bookmarks, and a clean end.
struct WatchSession: Sendable {
    /// What moves the session on.
    private enum Step: Sendable {
        case change(StoreChange)
        case bookmark
        case end
    }

    /// The watch request; its kind and namespace choose the changes, its Accept header their form.
    let request: APIRequest
    /// The label and field selectors of the request.
    let filter: ObjectFilter
    /// Where the watch begins, when it ends, and whether bookmarks are sent.
    let options: WatchOptions
    /// Where past and later changes come from.
    let store: ObjectStore
    /// How often a bookmark is sent.
    let bookmarkInterval: Duration
    /// Ends when the server wants the watch cut.
    let cut: AsyncStream<Void>
    /// Whether the watch says nothing.
    var isSilent = false
    /// The objects that are there and stay as they are; nil: the objects as they come and go.
    var past: StoreView?

    /// A bookmark comes so long before the end.
    private static let lastBookmark: Duration = .seconds(2)

    /// Writes events until the watch ends.
    func run(_ write: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
        var output = EventOutput(request: request, write: write)
        let begin = if let past { past.revision } else { await store.revision }
        let start = options.start ?? begin
        guard let (missed, future) = await store.changes(after: start) else {
            let oldest = await store.compactedRevision
            return try await output.error(.expired("too old resource version: \(start) (\(oldest + 1))"))
        }
        if options.start == nil { try await sendState(&output, revision: begin) }
        if isSilent || past != nil { return try await idle() }
        for change in missed { try await send(change, &output) }
        try await follow(future, after: missed.last?.revision ?? start, &output)
    }

    private func sendState(_ output: inout EventOutput, revision: Int) async throws {
        let view: StoreView =
            if let past { past } else {
                await store.view(of: request.kind, namespace: request.namespace, for: filter)
            }
        for (_, object) in view.list(request.kind.stored, namespace: request.namespace)
        where filter.matches(object.value, of: request.kind) {
            try await output.event("ADDED", object.value)
        }
        if options.marksInitialEvents, options.wantsBookmarks {
            try await output.bookmark(max(revision, view.revision), endsInitialEvents: true)
        }
    }

    /// Nothing more until the end.
    private func idle() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Task.sleep(for: options.timeout) }
            group.addTask { for await _ in cut {} }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func follow(_ future: AsyncStream<StoreChange>, after start: Int, _ output: inout EventOutput) async throws
    {
        let (steps, input) = AsyncStream.makeStream(of: Step.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await change in future { input.yield(.change(change)) }
                input.yield(.end)
            }
            group.addTask {
                while (try? await Task.sleep(for: bookmarkInterval)) != nil { input.yield(.bookmark) }
            }
            group.addTask {
                try? await Task.sleep(for: options.timeout - Self.lastBookmark)
                input.yield(.bookmark)
                try? await Task.sleep(for: min(options.timeout, Self.lastBookmark))
                input.yield(.end)
            }
            group.addTask {
                for await _ in cut {}
                input.yield(.end)
            }
            defer { group.cancelAll() }
            try await take(steps, after: start, &output)
        }
    }

    private func take(_ steps: AsyncStream<Step>, after start: Int, _ output: inout EventOutput) async throws {
        var seen = start
        for await step in steps {
            switch step {
            case .change(let change):
                // A version of the future is waited for.
                if change.revision <= start { continue }
                seen = change.revision
                try await send(change, &output)
            case .bookmark:
                // Of a version of the future nothing can be said, not even that it is still to come.
                if options.wantsBookmarks, await store.revision >= start {
                    try await output.bookmark(seen, endsInitialEvents: false)
                }
            case .end: return
            }
        }
    }

    /// One change as the selector shows it: an object that stops matching is shown deleted, as it was before.
    private func send(_ change: StoreChange, _ output: inout EventOutput) async throws {
        guard change.key.kind == request.kind.stored else { return }
        if let namespace = request.namespace, change.key.namespace != namespace { return }
        let matched = change.previous.map { filter.matches($0, of: request.kind) } ?? false
        let matches = change.action != .deleted && filter.matches(change.object, of: request.kind)
        switch (matched, matches) {
        case (false, false): return
        case (false, true): try await output.event("ADDED", change.object)
        case (true, true): try await output.event("MODIFIED", change.object)
        case (true, false):
            var last = change.previous ?? change.object
            last["metadata"]["resourceVersion"] = .string("\(change.revision)")
            try await output.event("DELETED", last)
        }
    }
}

/// The events of a watch as text.
private struct EventOutput {
    let request: APIRequest
    let write: @Sendable ([UInt8]) async throws -> Void
    private var isFirst = true

    init(request: APIRequest, write: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.request = request
        self.write = write
    }

    mutating func event(_ type: String, _ object: JSONValue) async throws {
        let text = request.presentation.eventText(of: object, request.kind, isFirst: isFirst)
        isFirst = false
        try await frame(type, text)
    }

    func bookmark(_ revision: Int, endsInitialEvents: Bool) async throws {
        var metadata: JSONValue = ["resourceVersion": .string("\(revision)")]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var object: [String: JSONValue] = [
            "kind": .string(request.kind.kind), "apiVersion": .string(request.kind.apiVersion), "metadata": metadata,
        ]
        // What Go writes of a pod that is nothing.
        if request.kind == .pods { object.merge(["spec": .object(["containers": .null]), "status": [:]]) { $1 } }
        try await frame("BOOKMARK", JSONValue.object(object).json)
    }

    func error(_ failure: APIFailure) async throws {
        try await frame("ERROR", failure.status.json)
    }

    private func frame(_ type: String, _ object: [UInt8]) async throws {
        try await write(Array("{\"type\":\"\(type)\",\"object\":".utf8) + object + Array("}\n".utf8))
    }
}
