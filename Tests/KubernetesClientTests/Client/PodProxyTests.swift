import NIOCore
import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// `pods/NAME/proxy`, asked of the sandbox, with a server behind the pod's address.
@Suite(.timeLimit(.minutes(5))) struct PodProxyTests {
    private func run(
        token: String = Sandbox.adminToken,
        _ body: @Sendable @escaping (Sandbox, APIClient, EchoServer) async throws -> Void
    ) async throws {
        try await EchoServer.run { server in
            try await ClientStage.run(token: token) { sandbox, client in
                try await sandbox.apply(Self.pod("a", port: server.port))
                try await body(sandbox, client, server)
            }
        }
    }

    /// A pod whose address is this machine's.
    private static func pod(_ name: String, port: Int) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name)}
        spec: {schedulerName: nobody, containers: [{name: a, image: b, ports: [{containerPort: \(port)}]}]}
        status: {phase: Running, podIP: 127.0.0.1}
        """
    }

    private func ask(
        _ client: APIClient,
        pod: String = "a",
        port: Int,
        _ path: String,
        bodyLimit: Int = 100_000
    ) async -> (code: Int, text: String) {
        var request = PodRequest(namespace: "default", pod: pod, port: port, path: path)
        request.timeout = .seconds(60)
        request.bodyLimit = bodyLimit
        request.headers = [.init("X-Mark", "here")]
        do throws(KubernetesError) {
            let answer = try await client.response(to: request)
            return (answer.head.status, String(decoding: answer.body, as: UTF8.self))
        } catch {
            return (-(error.code ?? 0), "\(error)")
        }
    }

    @Test func handsOnPathQueryAndHeadersButNoCredentials() async throws {
        try await run { _, client, server in
            let (code, text) = await ask(client, port: server.port, "/a%2Fb//c/?x=1&watch=true&y=%20z")
            #expect(code == 200)
            let lines = text.lowercased().split(separator: "\r\n")
            #expect(lines.first == "get /a%2fb//c/?x=1&watch=true&y=%20z http/1.1", "\(text)")
            #expect(lines.contains("x-mark: here") && lines.contains("accept: application/json"))
            let path = "/api/v1/namespaces/default/pods/a%3a\(server.port)/proxy/a%2fb//c/"
            #expect(lines.contains("x-forwarded-uri: \(path)"), "\(text)")
            #expect(!lines.contains { $0.hasPrefix("authorization") })
        }
    }

    @Test func thePodsOwnRefusalIsAnAnswer() async throws {
        try await run { _, client, server in
            let answer = await ask(client, port: server.port, "/missing")
            #expect(answer.code == 404 && answer.text.hasPrefix("GET /missing"))
            #expect(
                await ask(client, port: server.port, "/hang-up").text.contains("error trying to reach service: EOF")
            )
            let large = await ask(client, port: server.port, "/?" + String(repeating: "x", count: 500), bodyLimit: 200)
            #expect(large.code == 0 && large.text.contains("over 200 bytes"), "\(large)")
        }
    }

    @Test func tellsWhyNobodyAnswers() async throws {
        try await run { sandbox, client, server in
            let gone = await ask(client, pod: "b", port: server.port, "/")
            #expect(gone.code == -404 && gone.text.contains("pods \"b\" not found"), "\(gone)")
            let refused = await ask(client, port: 1, "/")
            #expect(refused.code == -503, "\(refused)")
            #expect(refused.text.contains("dial tcp 127.0.0.1:1: connect: connection refused"), "\(refused)")
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {schedulerName: nobody, containers: [{name: a}]}}"
            )
            let early = await ask(client, pod: "c", port: 80, "/")
            #expect(early.code == -400 && early.text.contains("address not allowed"), "\(early)")
        }
    }

    @Test func needsTheRight() async throws {
        try await run(token: "viewer") { sandbox, client, server in
            let reading = PolicyRule(groups: [""], resources: ["pods"], verbs: ["get", "list"])
            try await sandbox.admit(token: "viewer", user: "viewer", rules: [reading])
            let refused = await ask(client, port: server.port, "/")
            #expect(refused.code == -403 && refused.text.contains("pods/proxy"), "\(refused)")
            let proxy = PolicyRule(groups: [""], resources: ["pods/proxy"], verbs: ["get"])
            try await sandbox.grant([reading, proxy], to: "viewer")
            #expect(await ask(client, port: server.port, "/").code == 200)
        }
    }

    @Test func anAnswerComesAsThePodSendsIt() async throws {
        try await run { _, client, server in
            var request = PodRequest(namespace: "default", pod: "a", port: server.port, path: "/stream")
            request.timeout = .seconds(60)
            do {
                let stream = try await client.stream(request, idleTimeout: .seconds(60))
                #expect(stream.head.status == 200)
                var body = stream.body.makeAsyncIterator()
                let channel = try #require(await server.nextStream())
                for word in ["one", "two"] {
                    try await channel.writeAndFlush(ByteBuffer(string: word)).get()
                    var text = ""
                    while text.count < word.count, let piece = try await body.next() {
                        text += String(decoding: piece, as: UTF8.self)
                    }
                    #expect(text == word)
                }
                try await channel.close()
                let rest = try await body.next()
                #expect(rest == nil)
            }
        }
    }

    @Test func tellsWhoOneIs() async throws {
        try await ClientStage.run { _, client in
            let name = try await client.whoAmI()
            #expect(name == "kubernetes-admin")
        }
    }
}
