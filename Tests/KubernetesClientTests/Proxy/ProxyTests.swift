import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// Requests, and commands in pods, through a proxy that alone knows the API server's name.
@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    private static let command = PodCommand(
        namespace: "default",
        pod: "a",
        container: nil,
        command: ["echo", "hello"],
        timeout: .seconds(60),
        outputLimit: 100
    )

    /// A sandbox with a pod that runs, known to the client by a name that no resolver has.
    private func run(
        _ kind: TestProxy.Kind,
        isConfigured: Bool,
        serverName: String? = "localhost",
        _ body: @Sendable @escaping (APIClient, TestProxy, _ server: String) async throws -> Void
    ) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: main, image: b}]}}"
            )
            try await sandbox.wait(for: "the pod to run") { store in
                await store.list(.pods, namespace: "default").allSatisfy { $0["status"]["podIP"] != .null }
            }
            let host = serverName == nil ? "127.0.0.1" : "api.invalid"
            let server = "\(host):\(await sandbox.server.port)"
            try await TestProxy.run(kind, tls: try sandbox.certificates.tls) { proxy in
                var cluster = ClusterConnection.Cluster(
                    server: "https://\(server)",
                    authority: .inline(Array(sandbox.authority.utf8))
                )
                cluster.serverName = serverName
                if isConfigured { cluster.proxy = try Proxy(configured: proxy.url).url }
                let client = APIClient(
                    connection: ClusterConnection(
                        cluster: cluster,
                        credential: Credential(token: .inline(Sandbox.adminToken)),
                        namespace: "default"
                    ),
                    loop: loop,
                    version: "test",
                    logger: ClientStage.logger,
                    environment: ["HTTPS_PROXY": isConfigured ? "http://127.0.0.1:1" : proxy.url]
                )
                try await body(client, proxy, server)
            }
        }
    }

    @Test(arguments: TestProxy.Kind.allCases, [true, false])
    func everythingGoesThroughTheProxy(kind: TestProxy.Kind, isConfigured: Bool) async throws {
        try await run(kind, isConfigured: isConfigured) { client, proxy, server in
            let pods = try await client.list(Pod.self, namespace: "default", retry: .none)
            #expect(pods.items?.map(\.metadata.name) == ["a"])
            #expect(proxy.targets == [server])
            let outcome = try await client.run(Self.command)
            #expect(outcome == .init(end: .exited(0), output: "hello\n"))
            #expect(proxy.targets == [server, server])
        }
    }

    /// Behind a proxy the certificate is still the server's: the connection's own address says nothing.
    @Test func theCertificateMustBeForTheServer() async throws {
        try await run(.http, isConfigured: true, serverName: "elsewhere.example") { client, proxy, _ in
            await #expect(throws: KubernetesError.self) { try await client.run(Self.command) }
            #expect(proxy.targets.count == 1)
        }
        try await run(.http, isConfigured: true, serverName: nil) { client, _, _ in
            let outcome = try await client.run(Self.command)
            #expect(outcome.end == .exited(0))
        }
    }

    @Test func aProxyThatRefusesIsToldOf() async throws {
        try await ClientStage.run { sandbox, client in
            var connection = client.connection
            // The API server itself is no proxy.
            connection.cluster.proxy = "http://127.0.0.1:\(await sandbox.server.port)"
            let other = APIClient(
                connection: connection,
                loop: client.loop,
                version: "test",
                logger: ClientStage.logger
            )
            await #expect(throws: KubernetesError.self) { try await other.run(Self.command) }
        }
    }
}
