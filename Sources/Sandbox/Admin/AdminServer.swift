import Hummingbird
import Logging
import NIOCore

/// Breaks applications, nodes and the API server by hand, over plain HTTP on a loopback address.
package struct AdminServer: Sendable {
    private let sandbox: Sandbox
    /// 0: any port that is free.
    private let port: Int

    /// `port`: 0: any that is free.
    package init(_ sandbox: Sandbox, port: Int) {
        self.sandbox = sandbox
        self.port = port
    }

    /// Serves until the task is cancelled.
    ///
    /// `onListening`: called with the URL once the server listens.
    package func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            let (returns, input) = AsyncStream.makeStream(of: Duration.self)
            group.addTask {
                // An API server that was stopped for a while comes back by itself.
                for await pause in returns {
                    try? await Task.sleep(for: pause)
                    try? await sandbox.server.start()
                }
            }
            let application = Application(
                router: router(returns: input),
                configuration: .init(address: .hostname("127.0.0.1", port: port)),
                onServerRunning: { await onListening("http://127.0.0.1:\($0.localAddress?.port ?? 0)") },
                logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
            )
            do {
                try await application.run()
            } catch let error as IOError {
                throw ListeningFailure("the admin endpoint", port: port, error)
            }
            group.cancelAll()
        }
    }

    private func router(returns: AsyncStream<Duration>.Continuation) -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/") { _, _ in AdminAction.help }
        router.get("/pods") { [sandbox] _, _ in
            await sandbox.applications.pods.map { "\($0.namespace)/\($0.name) \($0.address)\n" }.joined()
        }
        router.post("/server/faults") { [sandbox] request, _ in
            let body = try await request.body.collect(upTo: 65_536)
            let json = JSONValue(json: Array(buffer: body)) ?? .null
            do throws(Fault.ParsingError) {
                await sandbox.control.add(try Fault(json, now: await sandbox.store.view))
                return Self.answer(.ok, "done")
            } catch {
                return Self.answer(.badRequest, error.description)
            }
        }
        for path in ["/pods/**", "/nodes/**", "/server/**"] {
            router.post(RouterPath(path)) { request, _ in await act(request, returns: returns) }
        }
        return router
    }

    private func act(_ request: Request, returns: AsyncStream<Duration>.Continuation) async -> Response {
        let action: AdminAction
        do throws(AdminAction.Mistake) {
            let seconds = request.uri.queryParameters["seconds"].map(String.init)
            action = try AdminAction(path: request.uri.path, seconds: seconds)
        } catch {
            switch error {
            case .unknown: return Self.answer(.notFound, "no such action; there are:\n" + AdminAction.help)
            case .number(let words): return Self.answer(.badRequest, words)
            }
        }
        do {
            try await sandbox.perform(action)
        } catch {
            return Self.answer(.notFound, "\(error)")
        }
        if case .stopServer(let seconds?) = action { returns.yield(.seconds(seconds)) }
        return Self.answer(.ok, "done")
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n"))
        )
    }
}

extension Sandbox {
    /// Does to the sandbox what an action says.
    ///
    /// - Throws: if there is no such pod or node.
    package func perform(_ action: AdminAction) async throws {
        switch action {
        case .setApplication(let namespace, let pod, let behaviour):
            guard await applications.address(pod: pod, namespace: namespace) != nil else {
                throw APIFailure.notFound(.pods, pod)
            }
            await applications.set(behaviour, pod: pod, namespace: namespace)
        case .failNode(let node, let failure): try await nodes.fail(node, failure)
        case .recoverNode(let node): try await nodes.recover(node)
        case .stopServer: await server.stop()
        case .startServer: try await server.start()
        case .restartServer(let resetsRevisions):
            await server.stop()
            if resetsRevisions { await store.resetRevisions(to: 1) }
            try await server.start()
        case .cutWatches: await control.cutWatches()
        case .compact: await compact()
        case .removeFaults: await control.removeFaults()
        case .delaySlices(let lag): await sliceDelay.set(lag: lag)
        case .slowSlices(let duration): await sliceDelay.set(update: duration)
        case .limitSlices(let number): await sliceDelay.set(requestsPerSecond: number > 0 ? Double(number) : nil)
        }
    }
}
