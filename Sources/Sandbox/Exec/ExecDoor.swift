import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Decides who may run a command in which container, as a real API server does before it upgrades.
struct ExecDoor: Sendable {
    /// What is answered to a request for a WebSocket.
    enum Answer: Sendable {
        /// The connection becomes a WebSocket, and the command runs.
        case accepted(ExecCommand)
        /// A Status is sent, and the connection ends.
        case refused(APIFailure)
        /// A fault: the connection ends.
        case dropped
    }

    /// The subprotocol that the server speaks; it is what kubectl offers.
    static let version = "v5.channel.k8s.io"

    /// Identifies the caller; holds the faults, the rights and the pods.
    let responder: APIResponder
    /// Tells whether the pod's application runs, and at which address.
    let applications: ToyApplications

    /// Whether a request asks for a WebSocket to a command.
    static func concerns(_ head: HTTPRequestHead) -> Bool {
        let isUpgrade = head.headers["Upgrade"].contains { $0.lowercased() == "websocket" }
        return isUpgrade && head.uri.prefix { $0 != "?" }.hasSuffix("/exec")
    }

    /// Checks caller, faults, rights and container, in this order.
    func answer(_ head: HTTPRequestHead) async -> Answer {
        do {
            return try await checked(head)
        } catch let failure as APIFailure {
            return .refused(failure)
        } catch {
            return .dropped
        }
    }

    private func checked(_ head: HTTPRequestHead) async throws -> Answer {
        let request = Self.request(head)
        let caller = try await responder.caller(of: request)
        guard let call = APIRequest(request), call.kind == .pods, call.subresource == "exec" else {
            throw APIFailure.noResource
        }
        let control = responder.control
        await control.record(call, from: caller)
        let fault = await control.fault(for: call, from: caller)
        switch fault {
        case .refuse(let code, let retryAfter): throw APIFailure.injected(code: code, retryAfter: retryAfter)
        case .delay(let pause): try await Task.sleep(for: pause)
        case .hang: try await Task.sleep(for: .seconds(3600))
        case .drop, .loseAnswer: return .dropped
        case .deny, .truncate, .trickle, .distort, .stale, .silence, .capacity, nil: break
        }
        // Reading is not enough to run something: since 1.35 creation is asked for, too.
        // https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/registry/core/pod/rest/authorize.go
        var attributes = try call.attributes()
        for verb in ["get", "create"] {
            attributes.verb = verb
            try await responder.handler.authorizer.check(caller, attributes, kind: call.kind)
        }
        guard head.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains(Substring(Self.version)) else {
            throw APIFailure.badRequest("unable to upgrade: the server speaks \(Self.version)")
        }
        var command = try await command(call)
        if case .truncate = fault { command.hidesStatus = true }
        return .accepted(command)
    }

    private static func request(_ head: HTTPRequestHead) -> Request {
        var fields = HTTPFields()
        for header in head.headers {
            HTTPField.Name(header.name).map { fields.append(.init(name: $0, value: header.value)) }
        }
        let request = HTTPRequest(method: .get, scheme: "https", authority: nil, path: head.uri, headerFields: fields)
        return Request(head: request, body: .init(buffer: ByteBuffer()))
    }

    /// The command, in a container that is there.
    private func command(_ call: APIRequest) async throws -> ExecCommand {
        let pod = try await responder.handler.store.get(try responder.handler.key(call))
        let name = pod["metadata"]["name"].string ?? ""
        let containers = (pod["spec"]["containers"].array ?? []).compactMap { $0["name"].string }
        let wanted = call.query["container"] ?? ""
        if wanted.isEmpty, containers.count > 1 {
            let choice = containers.joined(separator: " ")
            throw APIFailure.badRequest(
                "a container name must be specified for pod \(name), choose one of: [\(choice)]"
            )
        }
        if !wanted.isEmpty, !containers.contains(wanted) {
            throw APIFailure.badRequest("container \(wanted) is not valid for pod \(name)")
        }
        if pod["spec"]["nodeName"].string == nil {
            throw APIFailure.badRequest("pod \(name) does not have a host assigned")
        }
        if !["stdin", "stdout", "stderr"].contains(where: { APIRequest.isTrue(call.query[$0]) }) {
            throw APIFailure.badRequest("you must specify at least 1 of stdin, stdout, stderr")
        }
        guard let application = await applications.state(uid: pod["metadata"]["uid"].string ?? "") else {
            throw APIFailure.internalError("error dialing backend: container not found (\"\(wanted)\")")
        }
        if application.isCutOff { throw APIFailure.internalError("error dialing backend: dial tcp: i/o timeout") }
        return ExecCommand(
            words: call.commands,
            environment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOSTNAME": name, "POD_IP": application.address,
                "HEALTH": application.health,
            ],
            sendsOutput: APIRequest.isTrue(call.query["stdout"]),
            sendsErrors: APIRequest.isTrue(call.query["stderr"])
        )
    }
}
