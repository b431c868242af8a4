import Foundation
package import Logging
package import Metrics
import Synchronization
package import Transport

/// A client of one API server: typed reads, writes and watches, each with a deadline.
package final class APIClient: Sendable {
    /// Who writes, on the API server's record of changes.
    package static let fieldManager = "kube-standby"
    /// The deadline of a request that is no watch.
    package static let requestTimeout: Duration = .seconds(5)
    /// The deadline of a whole list, page by page.
    static let listTimeout: Duration = .seconds(30)
    /// Seconds that a server can ask us to leave it alone; one that asks for more is asked again all the same.
    private static let longestRetryAfter = 30
    /// Unacknowledged bytes older than this end a connection.
    static let deadPeerTimeout: Duration = .seconds(6)

    /// Where the API server is, and who asks.
    package let connection: ClusterConnection
    /// The loop that makes the requests.
    package let loop: EventLoop
    /// What proves who asks.
    let credentials: Credentials
    /// Opens the streams of commands in pods.
    let sockets = WebSocketConnector()
    /// What is counted of all requests.
    let metrics: ClientMetrics
    /// The URL of the proxy to the API server; empty for none.
    private let proxy: String
    private let userAgent: String
    /// How long a watch may be silent.
    let watchPatience: Duration
    /// The pool of connections in use; a request that gets no answer in time makes later ones use another, because a dead
    /// HTTP/2 connection would hold them all.
    private let pool = Atomic<Int>(0)

    /// `metrics`: where requests are counted and timed; `environment`: where proxies are named if the connection names none;
    /// `watchPatience`: how long a watch may be silent.
    package init(
        connection: ClusterConnection,
        loop: EventLoop,
        version: String,
        logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        watchPatience: Duration = APIClient.usualWatchPatience
    ) {
        self.watchPatience = watchPatience
        self.connection = connection
        self.loop = loop
        credentials = Credentials(connection.credential, cluster: connection.cluster, logger: logger)
        let server = connection.cluster.server
        // Whoever loads a connection has refused a proxy that cannot be used.
        let named = try? ProxyEnvironment(environment).proxy(for: server)
        proxy = connection.cluster.proxy ?? named?.url ?? ""
        self.metrics = ClientMetrics(metrics, server: server)
        userAgent = "\(Self.fieldManager)/\(version) (linux)"
    }

    // MARK: Requests

    /// Sends a request and decodes the answer.
    func send<Answer: Decodable>(
        _ call: APICall,
        retry: RetryPolicy,
        as type: Answer.Type = Answer.self
    ) async throws(KubernetesError) -> Answer {
        var attempt = 0
        while true {
            do throws(KubernetesError) {
                return try decode(try await exchange(call), for: call)
            } catch {
                let jitter = Double.random(in: 0...1)
                guard let pause = retry.pause(after: error, attempt: attempt, isRead: call.isRead, jitter: jitter)
                else { throw error }
                attempt += 1
                do { try await Task.sleep(for: pause) } catch {
                    throw KubernetesError(call.description, .transport(TransportError(.cancelled)))
                }
            }
        }
    }

    /// One exchange; a 401 refreshes the credentials and is tried once more.
    ///
    /// A write is over when its time is, from now on: credentials and both attempts together.
    private func exchange(_ call: APICall) async throws(KubernetesError) -> HTTPResponse {
        try checked(try await exchanged(call), for: call)
    }

    /// The same, whatever the answer.
    func exchanged(_ call: APICall) async throws(KubernetesError) -> HTTPResponse {
        let start = ContinuousClock.now
        let response = try await exchangeOnce(call, since: start)
        guard response.head.status == 401 else { return response }
        await credentials.rejected(requestOf: start)
        return try await exchangeOnce(call, since: start)
    }

    private func exchangeOnce(
        _ call: APICall,
        since start: ContinuousClock.Instant
    ) async throws(KubernetesError) -> HTTPResponse {
        var request = try await request(for: call)
        let timeout = call.isRead ? call.timeout : call.timeout - (.now - start)
        guard timeout > .zero else { throw KubernetesError(call.description, .transport(TransportError(.timedOut))) }
        request.timeout = timeout
        let sent = ContinuousClock.now
        defer { metrics.took(.now - sent, call.method) }
        do throws(TransportError) {
            let response = try await loop.response(to: request)
            metrics.ended(call.method, code: response.head.status)
            return response
        } catch {
            metrics.ended(call.method, code: nil)
            await failed(error, of: request)
            throw KubernetesError(call.description, .transport(error))
        }
    }

    /// A connection that does not answer is used no longer; one that TLS refused may have shown an old certificate.
    func failed(_ error: TransportError, of request: HTTPRequest) async {
        switch error.kind {
        case .timedOut: abandon(pool: request.pool)
        // TLS 1.3 tells of a certificate that is not wanted only after the handshake.
        case .tls, .badRequest, .connectionLost: await credentials.distrusted()
        case .idle, .refused, .unreachable, .unresolved, .untrusted, .expired, .otherHost, .notHTTP, .bodyTooLarge,
            .localResource, .cancelled, .stopped:
            break
        }
    }

    /// The request of a call, with credentials, but without its deadline.
    func request(for call: APICall) async throws(KubernetesError) -> HTTPRequest {
        var request = HTTPRequest(call.method, connection.cluster.server + call.target)
        do throws(CredentialError) {
            let proof = try await credentials.current()
            request.headers = proof.headers
            request.tls = try await credentials.tls(proof.identity)
        } catch {
            throw KubernetesError(call.description, .credentials(error))
        }
        request.headers += [
            .init("User-Agent", userAgent), .init("Accept", call.podRequest?.accept ?? "application/json"),
        ]
        request.headers += call.podRequest?.headers ?? []
        if let contentType = call.contentType { request.headers.append(.init("Content-Type", contentType)) }
        if let user = call.impersonatedUser { request.headers.append(.init("Impersonate-User", user)) }
        request.body = call.body
        request.version = .http2
        request.deadPeerTimeout = Self.deadPeerTimeout
        request.proxy = proxy
        request.bodyLimit = call.podRequest?.bodyLimit ?? 512 * 1024 * 1024
        request.pool = pool.load(ordering: .relaxed)
        return request
    }

    private func abandon(pool used: Int) {
        let (exchanged, _) = pool.compareExchange(expected: used, desired: used &+ 1, ordering: .relaxed)
        if exchanged { loop.retire(pool: used) }
    }

    // MARK: Answers

    private func checked(_ response: HTTPResponse, for call: APICall) throws(KubernetesError) -> HTTPResponse {
        if (200...299).contains(response.head.status) { return response }
        throw KubernetesError(call.description, refusal(response))
    }

    /// What an answer that is none says of why.
    func refusal(_ response: HTTPResponse) -> KubernetesError.Cause { Self.refusal(response) }

    /// What an answer that is none says of why.
    package static func refusal(_ response: HTTPResponse) -> KubernetesError.Cause {
        let status = try? JSONDecoder().decode(APIStatus.self, from: Data(response.body))
        let seconds = response.head["Retry-After"].flatMap { Int($0) } ?? status?.details?.retryAfterSeconds ?? 0
        let pause = Duration.seconds(min(max(0, seconds), longestRetryAfter))
        return .status(code: response.head.status, status, retryAfter: pause)
    }

    private func decode<Answer: Decodable>(
        _ response: HTTPResponse,
        for call: APICall
    ) throws(KubernetesError) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            throw KubernetesError(call.description, undecodable: error)
        }
    }
}
