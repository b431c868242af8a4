import HTTPTypes
import Hummingbird
import NIOCore

/// The server's door: authentication, authorisation, faults, then the handler.
struct APIResponder: HTTPResponder {
    /// Keeps the channel at hand, so that a fault can end the connection.
    struct Context: InitializableFromSource, RequestContext {
        /// What Hummingbird itself keeps of a request.
        var coreContext: CoreRequestContextStorage
        /// The request's own stream of it.
        let channel: any Channel

        /// The connection that the request's stream is part of.
        var connection: any Channel { channel.parent ?? channel }

        /// `source`: the request's channel: with HTTP/2 a stream of the connection.
        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    /// Answers what authorization and faults let through.
    let handler: APIHandler
    /// The faults in force, and the log.
    let control: ServerControl
    /// How often a watch gets a bookmark, if it asked for them.
    let bookmarkInterval: Duration

    /// The most bytes of a request's body, as a real API server takes them.
    private static let bodyLimit = 3 * 1024 * 1024

    /// Turns each `APIFailure` into a Status with its code; any other error is passed on.
    func respond(to request: Request, context: Context) async throws -> Response {
        do {
            return try await answer(request, context)
        } catch let failure as APIFailure {
            return json(failure.code, failure.status.json, retryAfter: failure.retryAfter)
        }
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        let path = request.uri.path
        if let plain = plainAnswer(path) { return plain }
        let caller = try await caller(of: request)
        guard var call = APIRequest(request) else { return try await nonResource(path, caller) }
        if call.verb != "watch" {
            call.body = try await Self.body(of: request)
        }
        await control.record(call, from: caller)
        return try await answer(call, from: request, caller, context)
    }

    /// The whole body; one that is too large is read to its end, so that the connection can go on.
    private static func body(of request: Request) async throws -> [UInt8] {
        var body: [UInt8] = []
        var size = 0
        for try await buffer in request.body {
            size += buffer.readableBytes
            if size <= bodyLimit { body += Array(buffer: buffer) }
        }
        if size <= bodyLimit { return body }
        throw APIFailure(
            code: 413,
            reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(bodyLimit)"
        )
    }

    // MARK: Who asks

    /// The caller, or whom the caller impersonates.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
    func caller(of request: Request) async throws -> Caller {
        let caller = try await handler.authentication.caller(authorization: request.headers[.authorization])
        func values(_ header: String) -> [String] {
            request.headers.filter { $0.name.canonicalName == header }.map(\.value)
        }
        guard let name = values("impersonate-user").first else { return caller }
        let groups = values("impersonate-group")
        try await mayImpersonate(caller, "users", name)
        for group in groups { try await mayImpersonate(caller, "groups", group) }
        return Caller(user: name, groups: groups)
    }

    private func mayImpersonate(_ caller: Caller, _ resource: String, _ name: String) async throws(APIFailure) {
        let attributes = AccessAttributes(verb: "impersonate", resource: resource, name: name)
        let kind = Kind(group: "", plural: resource, kind: resource)
        try await handler.authorizer.check(caller, attributes, kind: kind)
    }

    // MARK: What is no resource

    private func plainAnswer(_ path: String) -> Response? {
        switch path {
        case "/livez", "/readyz", "/healthz":
            plain(.ok, "ok")
        case "/version":
            json(
                200,
                (["major": "1", "minor": "36", "gitVersion": .string(Sandbox.version), "platform": "linux/amd64"]
                    as JSONValue).json
            )
        default: nil
        }
    }

    private func nonResource(_ path: String, _ caller: Caller) async throws -> Response {
        if !(await handler.authorizer.allows(caller, AccessAttributes(verb: "get", path: path))) {
            throw APIFailure(
                code: 403,
                reason: "Forbidden",
                message: "forbidden: User \"\(caller.user)\" cannot get path \"\(path)\""
            )
        }
        if let answer = Discovery.answer(path) { return json(200, answer.json) }
        if Discovery.hasGroup(path) { throw APIFailure.noResource }
        return plain(.notFound, "404 page not found\n")
    }

    private func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }

    // MARK: Resources

    private func answer(
        _ call: APIRequest,
        from request: Request,
        _ caller: Caller,
        _ context: Context
    ) async throws -> Response {
        let fault = await control.fault(for: call, from: caller)
        var call = call
        switch fault {
        case .delay(let pause): try await Task.sleep(for: pause)
        case .refuse(let code, let retryAfter): throw APIFailure.injected(code: code, retryAfter: retryAfter)
        case .deny(let denial): call.denial = denial
        case .hang: try await Task.sleep(for: .seconds(3600))
        case .drop: return await dropped(context)
        case .capacity(let capacity): try await capacity.admit(caller)
        case .loseAnswer, .truncate, .trickle, .distort, .stale, .silence, nil: break
        }
        try await handler.authorizer.check(caller, try call.attributes(), kind: call.kind)
        var response = try await self.response(to: call, from: request, caller, fault, context)
        // https://kubernetes.io/blog/2020/09/03/warnings/
        if let warning = call.kind.warning, let name = HTTPField.Name("Warning") {
            response.headers[name] = "299 - \"\(warning)\""
        }
        return response
    }

    private func response(
        to call: APIRequest,
        from request: Request,
        _ caller: Caller,
        _ fault: Fault.Effect?,
        _ context: Context
    ) async throws -> Response {
        if call.verb == "watch" { return try await watch(call, request, fault) }
        if call.proxiedPath != nil {
            return try await PodProxy(store: handler.store).respond(to: request, call, on: context.channel)
        }
        let past: StoreView? = if case .stale(let view) = fault { view } else { nil }
        let isWrite = call.verb != "get" && call.verb != "list"
        if isWrite { await control.startsWrite(call) }
        let answer = try await handler.answer(call, from: caller, past: past)
        if isWrite { await control.finishedWrite(call) }
        switch fault {
        case .loseAnswer: return await dropped(context)
        case .truncate(let count): return FaultyBody.truncated(answer, after: count, context.connection)
        case .trickle: return FaultyBody.trickled(answer)
        case .distort: return json(answer.code, FaultyBody.distorted(answer))
        default: return json(answer.code, answer.text)
        }
    }

    private func json(_ code: Int, _ text: [UInt8], retryAfter: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        return Response(status: .init(code: code), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: text)))
    }

    private func dropped(_ context: Context) async -> Response {
        try? await context.connection.close()
        return Response(status: .internalServerError)
    }

    // MARK: Watches

    private func watch(_ call: APIRequest, _ request: Request, _ fault: Fault.Effect?) async throws -> Response {
        let cut = await control.cutSignal()
        var session = WatchSession(
            request: call,
            filter: try call.filter(),
            options: try WatchOptions(call),
            store: handler.store,
            bookmarkInterval: bookmarkInterval,
            cut: cut.stream
        )
        if case .silence = fault { session.isSilent = true }
        if case .stale(let view) = fault { session.past = view }
        let isTrickled = if case .trickle = fault { true } else { false }
        let body = watchBody(session, request, isTrickled: isTrickled, cut.id)
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    private func watchBody(_ session: WatchSession, _ request: Request, isTrickled: Bool, _ id: Int) -> ResponseBody {
        ResponseBody { [control] writer in
            // Headers go out before the first event.
            try await writer.write(ByteBuffer())
            let (chunks, input) = AsyncStream.makeStream(of: [UInt8].self)
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        defer { input.finish() }
                        try await session.run { bytes in input.yield(bytes) }
                    }
                    for await chunk in chunks {
                        let pieces = isTrickled ? chunk.map { [$0] } : [chunk]
                        for piece in pieces { try await writer.write(ByteBuffer(bytes: piece)) }
                    }
                    group.cancelAll()
                }
            }
            await control.watchEnded(id)
            try await writer.finish(nil)
        }
    }
}
