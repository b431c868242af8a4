package import KubernetesClient
import Logging
package import Sandbox
package import Transport

/// Speaks plain HTTP to an API server, without the client whose mistakes it would share.
package struct APISpeaker: Sendable {
    /// What came back.
    package struct Answer: Sendable {
        package var code: Int
        /// Null for a body that is no JSON.
        package var body: JSONValue
        package var text: String
        package var headers: [String: String]
    }

    private let connection: ClusterConnection
    private let credentials: Credentials
    private let loop: EventLoop

    package init(connection: ClusterConnection, loop: EventLoop) {
        self.connection = connection
        self.loop = loop
        credentials = Credentials(
            connection.credential,
            cluster: connection.cluster,
            logger: Logger(label: "speaker") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Sends a request and reads the whole answer.
    ///
    /// `user`: whom to impersonate; nil: nobody. `token`: instead of the kubeconfig's credentials.
    package func ask(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        type: String? = nil,
        accept: String = "application/json",
        user: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        try await send(method, target, body?.json, type: type, accept: accept, user: user, token: token)
    }

    /// The same with any bytes.
    package func send(
        _ method: String,
        _ target: String,
        _ body: [UInt8]?,
        type: String? = nil,
        accept: String = "application/json",
        user: String? = nil,
        token: String? = nil
    ) async throws -> Answer {
        var request = try await request(method, target, accept: accept, user: user, token: token)
        if let body {
            request.headers.append(.init("Content-Type", type ?? "application/json"))
            request.body = body
        }
        request.timeout = .seconds(60)
        let response = try await loop.response(to: request)
        var headers: [String: String] = [:]
        for header in response.head.headers { headers[header.name.lowercased()] = header.value }
        return Answer(
            code: response.head.status,
            body: JSONValue(json: response.body) ?? .null,
            text: String(decoding: response.body, as: UTF8.self),
            headers: headers
        )
    }

    /// Opens a watch.
    ///
    /// `idleTimeout`: how long it may be silent before it fails.
    package func watch(
        _ target: String,
        accept: String = "application/json",
        idleTimeout: Duration = .seconds(30)
    )
        async throws -> WatchReader
    {
        var request = try await request("GET", target, accept: accept, user: nil, token: nil)
        request.headTimeout = .seconds(60)
        request.idleTimeout = idleTimeout
        let stream = try await loop.stream(request)
        return WatchReader(code: stream.head.status, body: stream.body)
    }

    private func request(
        _ method: String,
        _ target: String,
        accept: String,
        user: String?,
        token: String?
    ) async throws -> HTTPRequest {
        var request = HTTPRequest(method, connection.cluster.server + target)
        request.version = .http2
        if let token {
            request.tls = try connection.cluster.tls(identity: nil)
            request.headers = [.init("Authorization", "Bearer \(token)")]
        } else {
            let proof = try await credentials.current()
            request.tls = try connection.cluster.tls(identity: proof.identity)
            request.headers = proof.headers
        }
        if let user { request.headers.append(.init("Impersonate-User", user)) }
        request.headers += [.init("Accept", accept), .init("User-Agent", "kube-standby-test/1 (linux)")]
        return request
    }
}
