import Glibc
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOPosix

/// Hands requests on to pods, and their answers back, as `pods/NAME/proxy` of a real API server does.
///
/// https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
struct PodProxy: Sendable {
    /// Where the pods are read.
    let store: ObjectStore

    /// Where a request goes.
    private struct Target {
        var host: String
        /// As the request or the pod says it.
        var port: String
    }

    /// How long a connection to a pod may take.
    private static let connectTimeout = TimeAmount.seconds(10)

    /// The answer of the pod that the request names; its body comes as the pod sends it.
    ///
    /// `client`: with its end the exchange with the pod ends, too.
    /// - Throws: 404 if there is no such pod, 400 if it cannot be asked, 503 if it does not answer.
    func respond(to request: Request, _ call: APIRequest, on client: any Channel) async throws -> Response {
        let target = try await target(of: call)
        guard let path = call.proxiedPath, !path.isEmpty || !["GET", "HEAD"].contains(call.method) else {
            return Self.redirect(request)
        }
        var head = HTTPRequestHead(version: .http1_1, method: .init(rawValue: call.method), uri: path)
        if path.isEmpty { head.uri = "/" }
        if let query = request.uri.query { head.uri += "?" + query }
        head.headers = Self.headers(of: request, bodyLength: call.body.count)
        let answer = try await answer(of: target, to: head, call.body, for: client)
        return Response(
            status: .init(code: Int(answer.head.status.code)),
            headers: Self.fields(answer.head),
            body: Self.body(answer)
        )
    }

    /// Whoever leaves the last slash out would take the page's own links for ones of the API server.
    private static func redirect(_ request: Request) -> Response {
        let query = request.uri.query.map { "?" + $0 } ?? ""
        return Response(status: .movedPermanently, headers: [.location: "\(request.uri.path)/\(query)"])
    }

    // MARK: Where

    /// Reads `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`.
    private func target(of call: APIRequest) async throws(APIFailure) -> Target {
        let id = call.name ?? ""
        let parts = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let name = parts.count < 3 ? parts[0] : parts[1]
        guard parts.count <= 3, !name.isEmpty, parts.count < 3 || ["", "http", "https"].contains(parts[0]) else {
            throw .badRequest("invalid pod request \"\(id)\"")
        }
        let pod = try await store.get(ObjectKey(.pods, namespace: call.namespace ?? "", name: name))
        guard let host = pod["status"]["podIP"].string, !host.isEmpty else { throw .badRequest("address not allowed") }
        if parts.count == 3, parts[0] == "https" { throw .unreached("the sandbox speaks no TLS to pods") }
        let asked = parts.count == 1 ? "" : parts[parts.count - 1]
        let ports = (pod["spec"]["containers"].array ?? []).flatMap { $0["ports"].array ?? [] }
        let own = ports.first?["containerPort"].int.map { "\($0)" }
        return Target(host: host, port: asked.isEmpty ? own ?? "80" : asked)
    }

    // MARK: The exchange

    private func answer(
        of target: Target,
        to head: HTTPRequestHead,
        _ body: [UInt8],
        for client: any Channel
    ) async throws -> ProxiedAnswer {
        guard let port = UInt16(target.port) else {
            throw APIFailure.unreached("dial tcp: lookup tcp/\(target.port): unknown port")
        }
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectTimeout)
                .connect(host: target.host, port: Int(port)).get()
        } catch {
            throw APIFailure.unreached("dial tcp \(target.host):\(port): \(Self.words(error))")
        }
        client.closeFuture.whenComplete { _ in channel.close(promise: nil) }
        do {
            return try await ProxiedAnswer(to: head, body, on: channel)
        } catch {
            channel.close(promise: nil)
            throw APIFailure.unreached("\(error)")
        }
    }

    /// Why there is no connection, in the words of Go's net package.
    private static func words(_ error: any Error) -> String {
        let cause = (error as? NIOConnectionError)?.connectionErrors.first?.error ?? error
        guard let number = (cause as? IOError)?.errnoCode else { return "i/o timeout" }
        let words = unsafe String(cString: strerror(number))
        return "connect: \(words.lowercased())"
    }

    /// Those of one hop stay behind, and what proves to the API server who asks.
    private static let withheld: Set = [
        "authorization", "connection", "content-length", "host", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func headers(of request: Request, bodyLength: Int) -> HTTPHeaders {
        // The host is that of the API server, as the client named it.
        let host = request.head.authority ?? ""
        var headers = HTTPHeaders([("Host", host)])
        for field in request.headers {
            let name = field.name.canonicalName
            if !withheld.contains(name), !name.hasPrefix("impersonate-") {
                headers.add(name: field.name.rawName, value: field.value)
            }
        }
        headers.add(name: "X-Forwarded-Host", value: host)
        headers.add(name: "X-Forwarded-Proto", value: "https")
        headers.add(name: "X-Forwarded-Uri", value: request.uri.path)
        if bodyLength > 0 { headers.add(name: "Content-Length", value: "\(bodyLength)") }
        return headers
    }

    private static func fields(_ head: HTTPResponseHead) -> HTTPFields {
        var fields = HTTPFields()
        for header in head.headers where !withheld.contains(header.name.lowercased()) {
            HTTPField.Name(header.name).map { fields.append(.init(name: $0, value: header.value)) }
        }
        return fields
    }

    private static func body(_ answer: ProxiedAnswer) -> ResponseBody {
        ResponseBody(contentLength: answer.head.headers.first(name: "Content-Length").flatMap { Int($0) }) { writer in
            // Headers go out before the first byte.
            try await writer.write(ByteBuffer())
            for try await buffer in answer.body { try await writer.write(buffer) }
            try await writer.finish(nil)
        }
    }
}

extension APIFailure {
    /// 503: the pod was not reached, in the words of `k8s.io/apimachinery/pkg/util/proxy`.
    fileprivate static func unreached(_ why: String) -> APIFailure {
        APIFailure(code: 503, reason: "ServiceUnavailable", message: "error trying to reach service: \(why)")
    }
}
