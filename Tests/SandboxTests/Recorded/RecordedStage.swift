import RecordedExchanges
import Sandbox
import Transport

/// The sandbox in the state that the recorded exchanges met, and their requests made again.
struct RecordedStage: Sendable {
    let sandbox: Sandbox
    private let loop: EventLoop
    private let exchanges: [String: RecordedExchange]

    /// An answer of the sandbox.
    struct Answer {
        var code: Int
        var contentType: String
        var text: [UInt8]

        var body: JSONValue { JSONValue(json: text) ?? .null }
    }

    /// Runs a sandbox with the namespace, its workloads and a ServiceAccount without rights as long as `body` takes.
    static func run(_ body: @Sendable @escaping (RecordedStage) async throws -> Void) async throws {
        let loop = EventLoop(name: "recorded")
        defer { loop.stop() }
        let exchanges = Dictionary(uniqueKeysWithValues: try RecordedExchange.all().map { ($0.name, $0) })
        try await Sandbox.run { sandbox in
            let stage = RecordedStage(sandbox: sandbox, loop: loop, exchanges: exchanges)
            try await stage.prepare()
            try await body(stage)
        }
    }

    private func prepare() async throws {
        try await sandbox.createNamespace("recorded")
        await sandbox.authentication.admit(token: "sup", .serviceAccount("sup", namespace: "recorded"))
        try await sandbox.apply(Self.workloads, namespace: "recorded")
        try await sandbox.wait(for: "the pods to run") { store in
            await store.list(.pods, namespace: "recorded").count { $0["status"]["podIP"] != .null } == 5
        }
    }

    private static let workloads = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          serviceName: web-all
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: dep}
        spec:
          replicas: 2
          selector: {matchLabels: {app: dep}}
          template:
            metadata: {labels: {app: dep}}
            spec: {containers: [{name: app, image: toy}]}
        """

    // MARK: Objects

    /// A pod as it is stored.
    func pod(_ name: String) async throws -> JSONValue {
        try await sandbox.store.get(ObjectKey(.pods, namespace: "recorded", name: name))
    }

    /// The group's Lease as it is stored.
    func lease() async throws -> JSONValue {
        try await sandbox.store.get(ObjectKey(.leases, namespace: "recorded", name: "kube-standby-web"))
    }

    // MARK: Requests

    /// Makes a recorded request.
    ///
    /// `change`: puts the names, uids and versions of this sandbox in the place of the recorded ones.
    func ask(
        _ name: String,
        token: String = Sandbox.adminToken,
        _ change: (inout RecordedExchange) -> Void = { _ in }
    ) async throws -> (recorded: RecordedExchange, answer: Answer) {
        guard var exchange = exchanges[name] else { throw TransportError(.badRequest, "no exchange \(name)") }
        let recorded = exchange
        change(&exchange)
        var request = await request(exchange, token: token)
        request.timeout = .seconds(60)
        let response = try await loop.response(to: request)
        let answer = Answer(
            code: response.head.status,
            contentType: response.head["Content-Type"] ?? "",
            text: response.body
        )
        return (recorded, answer)
    }

    /// Opens a recorded watch; frames are read as they come.
    func watch(_ name: String, _ change: (inout RecordedExchange) -> Void = { _ in }) async throws -> HTTPStream {
        guard var exchange = exchanges[name] else { throw TransportError(.badRequest, "no exchange \(name)") }
        change(&exchange)
        var request = await request(exchange, token: Sandbox.adminToken)
        request.headTimeout = .seconds(60)
        request.idleTimeout = .seconds(120)
        return try await loop.stream(request)
    }

    func recorded(_ name: String) -> RecordedExchange? { exchanges[name] }

    private func request(_ exchange: RecordedExchange, token: String) async -> HTTPRequest {
        var request = HTTPRequest(exchange.method, await sandbox.url + exchange.path)
        request.version = .http2
        request.headers = [.init("Authorization", "Bearer \(token)"), .init("Accept", "application/json")]
        if let type = exchange.contentType { request.headers.append(.init("Content-Type", type)) }
        if exchange.body != .null { request.body = exchange.body.json }
        request.tls.authority = .pem(Array(sandbox.authority.utf8))
        return request
    }
}
