import HTTPTypes
import Hummingbird
import NIOCore

/// The server's door: authentication, authorisation, faults, then the handler.
struct APIResponder: HTTPResponder {
    /// Keeps the channel at hand, so that a fault can end the connection.
    struct Context: InitializableFromSource, RequestContext {
        var coreContext: CoreRequestContextStorage
        private let channel: any Channel

        /// The connection that the request's stream is part of.
        var connection: any Channel { channel.parent ?? channel }

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    let handler: APIHandler
    let access: Access
    let control: ServerControl
    let bookmarkInterval: Duration

    func respond(to request: Request, context: Context) async throws -> Response {
        do {
            return try await answer(request, context)
        } catch let failure as APIFailure {
            return json(failure.code, failure.status, retryAfter: failure.retryAfter)
        }
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        if let plain = plainAnswer(request.uri.path) { return plain }
        let user = try await access.user(authorization: request.headers[.authorization])
        if request.uri.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" {
            let body = JSONValue(json: try await bytes(of: request)) ?? [:]
            return json(201, await access.review(body, user: user))
        }
        let isWatch = ["true", "1"].contains(request.uri.queryParameters["watch"].map(String.init))
        let body = isWatch ? [] : try await bytes(of: request)
        guard let call = APIRequest(request, body: body) else {
            throw APIFailure(code: 404, reason: "NotFound", message: "the server could not find the requested resource")
        }
        await control.record(call, user: user)
        return try await answer(call, from: request, user: user, context)
    }

    private func answer(
        _ call: APIRequest,
        from request: Request,
        user: String,
        _ context: Context
    ) async throws -> Response {
        let fault = await control.fault(for: call)
        switch fault {
        case .delay(let pause): try await Task.sleep(for: pause)
        case .refuse(let code, let retryAfter):
            throw APIFailure(
                code: code,
                reason: "InternalError",
                message: "a fault was asked for",
                retryAfter: retryAfter
            )
        case .hang:
            try await Task.sleep(for: .seconds(3600))
        case .drop: return await dropped(context)
        case .loseAnswer, nil: break
        }
        try await access.check(user, call)
        if call.verb == "watch" { return try await watch(call, request) }
        let answer = try await handler.answer(call)
        if call.verb != "get", call.verb != "list" { await control.finishedWrite(call) }
        if case .loseAnswer = fault { return await dropped(context) }
        return json(answer.code, answer.body)
    }

    private func bytes(of request: Request) async throws -> [UInt8] {
        Array(buffer: try await request.body.collect(upTo: 3 * 1024 * 1024))
    }

    private func plainAnswer(_ path: String) -> Response? {
        switch path {
        case "/livez", "/readyz", "/healthz":
            Response(
                status: .ok,
                headers: [.contentType: "text/plain"],
                body: .init(byteBuffer: ByteBuffer(string: "ok"))
            )
        case "/version":
            json(200, ["major": "1", "minor": "36", "gitVersion": "v1.36.0-sandbox", "platform": "linux/amd64"])
        default: nil
        }
    }

    private func json(_ code: Int, _ body: JSONValue, retryAfter: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        return Response(
            status: .init(code: code),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: body.json))
        )
    }

    private func dropped(_ context: Context) async -> Response {
        try? await context.connection.close()
        return Response(status: .internalServerError)
    }

    // MARK: Watches

    private func watch(_ call: APIRequest, _ request: Request) async throws -> Response {
        let session = WatchSession(
            request: call,
            filter: try call.filter(),
            store: handler.store,
            bookmarkInterval: bookmarkInterval,
            cut: await control.cutSignal()
        )
        let body = ResponseBody { writer in
            // Headers go out before the first event.
            try await writer.write(ByteBuffer())
            let (chunks, input) = AsyncStream.makeStream(of: [UInt8].self)
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        defer { input.finish() }
                        try await session.run { bytes in input.yield(bytes) }
                    }
                    for await chunk in chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
                    group.cancelAll()
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
