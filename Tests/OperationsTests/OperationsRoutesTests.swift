import Foundation
import KubernetesClient
import Logging
import NIOHTTP1
import StandbyConfiguration
import Testing
import Transport

@testable import Operations
@testable import Supervision

/// What is answered to whom, by a supervisor that supervises nothing.
@Suite(.timeLimit(.minutes(5))) struct OperationsRoutesTests {
    /// The routes of a process whose configuration is a file.
    private struct Stage: Sendable {
        let file: URL
        let routes: OperationsRoutes
        let reloader: ConfigurationReloader

        func ask(_ method: HTTPMethod, _ uri: String, from peer: String? = "127.0.0.1") async -> OperationsAnswer {
            let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: ["host": "localhost"])
            return await routes.answer(to: OperationsRequest(head: head, peer: peer) { _ in })
        }
    }

    private static let text = """
        apiVersion: kube-standby.io/v1
        kind: StandbyConfiguration
        groups: [{name: web, service: web, probe: {tcpSocket: {port: 80}}}]

        """

    private func run(_ body: (Stage) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "config.yaml")
        try Data(Self.text.utf8).write(to: file)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (api, probes) = (EventLoop(name: "api"), EventLoop(name: "probes"))
        let connection = ClusterConnection(
            cluster: .init(server: "https://192.0.2.1"),
            credential: Credential(),
            namespace: "default"
        )
        let registry = MetricsRegistry()
        let supervisor = Supervisor(
            .init(
                configuration: SupervisorConfiguration(groups: []),
                client: APIClient(connection: connection, loop: api, version: "test", logger: logger),
                probeLoop: probes,
                namespace: "default",
                identity: "me",
                election: nil,
                isDryRun: true,
                logger: logger,
                metrics: registry
            )
        )
        defer { supervisor.stopLoops() }
        let reloader = ConfigurationReloader(
            path: file.path(percentEncoded: false),
            initial: Array(Self.text.utf8),
            groups: 1,
            logger: logger
        ) { ConfigurationDiff(from: SupervisorConfiguration(groups: []), to: $0) }
        let address = try #require(ListenAddress("127.0.0.1:0"))
        let parts = OperationsServer.Parts(
            address: address,
            supervisor: supervisor,
            reloader: reloader,
            version: "1.2.3",
            registry: registry,
            droppedLogLines: { 7 }
        )
        let routes = OperationsRoutes(parts, EventHub(limit: 1) {}, patience: .seconds(60))
        try await body(Stage(file: file, routes: routes, reloader: reloader))
    }

    @Test(arguments: ["/livez", "/readyz", "/livez?verbose", "/readyz?x=/metrics"])
    func isAliveAndReadyWhenNothingHangs(uri: String) async throws {
        try await run { stage in
            for method in [HTTPMethod.GET, .HEAD] {
                let answer = await stage.ask(method, uri)
                #expect(answer.status == .ok && answer.text == "ok\n")
            }
        }
    }

    @Test func metricsAreThoseOfTheProcess() async throws {
        try await run { stage in
            let answer = await stage.ask(.GET, "/metrics")
            #expect(answer.status == .ok)
            #expect(answer.headers["content-type"] == ["text/plain; version=0.0.4; charset=utf-8"])
            for line in [
                "kube_standby_config_groups 1", "kube_standby_config_last_reload_successful 1",
                #"kube_standby_probes_total{type="grpc",result="failure"} 0"#,
                "kube_standby_log_lines_dropped_total 7", #"kube_standby_build_info{version="1.2.3"} 1"#,
                "kube_standby_disputes_total 0",
            ] { #expect(answer.text.contains("\n\(line)\n"), "\(line)") }
            for loop in ["api", "probes"] {
                #expect(answer.text.contains("\nkube_standby_event_loop_lag_seconds{loop=\"\(loop)\"} "))
            }
        }
    }

    @Test(
        arguments: [
            (HTTPMethod.POST, "/livez", 405, "GET, HEAD"), (.DELETE, "/readyz", 405, "GET, HEAD"),
            (.PUT, "/metrics", 405, "GET, HEAD"), (.GET, "/-/reload", 405, "POST"), (.HEAD, "/-/reload", 405, "POST"),
            (.POST, "/", 405, "GET, HEAD"), (.GET, "/page", 404, nil), (.PUT, "/api/v1/events", 405, "GET, HEAD"),
            (.GET, "/api/v1/events/", 404, nil), (.GET, "/api/v1/events?group=x", 400, nil),
            (.GET, "", 404, nil), (.GET, "/livez/", 404, nil), (.POST, "/-/reload/x", 404, nil),
            (.GET, "/LIVEZ", 404, nil), (.GET, "*", 404, nil), (.POST, "/api/v1/groups", 405, "GET, HEAD"),
            (.DELETE, "/active/shop/web", 405, "GET, HEAD"), (.GET, "/api/v1/groupsx", 404, nil),
            (.GET, "/api/v1/groups/shop", 404, nil), (.GET, "/api/v1/groups/shop/web", 404, nil),
            (.GET, "/api/v1/groups/shop/web/x", 404, nil), (.GET, "/active/shop", 404, nil),
            (.GET, "/active/shop/web", 404, nil),
        ] as [(HTTPMethod, String, UInt, String?)]
    ) func saysWhatThereIs(method: HTTPMethod, uri: String, code: UInt, allowed: String?) async throws {
        try await run { stage in
            let answer = await stage.ask(method, uri)
            #expect(answer.status.code == code && answer.headers.first(name: "allow") == allowed)
            #expect(answer.headers["cache-control"] == ["no-store"])
        }
    }

    @Test func groupsAreToldAsJSON() async throws {
        try await run { stage in
            let list = await stage.ask(.GET, "/api/v1/groups?pretty")
            #expect(list.status == .ok && list.text == "{\"groups\":[]}\n")
            #expect(list.headers["content-type"] == ["application/json"])
            let unknown = await stage.ask(.GET, "/api/v1/groups/shop/web")
            #expect(unknown.text == "{\"message\":\"no group of that name is supervised here\"}\n")
        }
    }

    @Test(arguments: ["10.0.0.8", nil]) func aReloadIsForThisMachine(peer: String?) async throws {
        try await run { stage in
            let answer = await stage.ask(.POST, "/-/reload", from: peer)
            #expect(answer.status == .forbidden && answer.text.hasPrefix("refused: a reload is for this machine"))
        }
    }

    @Test func tellsWhatBecameOfAReload() async throws {
        try await run { stage in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await stage.reloader.run() }
                #expect(await stage.ask(.POST, "/-/reload").text == "1 added; 0 unchanged\n")
                try? Data("groups: 7\n".utf8).write(to: stage.file)
                let refused = await stage.ask(.POST, "/-/reload")
                #expect(refused.status == .internalServerError)
                #expect(refused.text.hasPrefix("the running configuration stays; mistakes: "))
                #expect(refused.text.contains("\n1:9 groups\n"), "\(refused.text)")
                try? FileManager.default.removeItem(at: stage.file)
                let gone = await stage.ask(.POST, "/-/reload")
                #expect(gone.status == .internalServerError)
                #expect(gone.text == "the running configuration stays; the file cannot be read\n")
                group.cancelAll()
            }
            let late = await stage.ask(.POST, "/-/reload")
            #expect(late.status == .serviceUnavailable && late.text == "busy or ending; nothing was reloaded\n")
        }
    }

    /// Twenty places and the number of the rest: a file may have thousands of mistakes.
    @Test func listsAFewMistakes() async throws {
        try await run { stage in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await stage.reloader.run() }
                let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
                let groups = (0..<30).map { "- {name: g\($0), service: s\($0), probe: 7}\n" }.joined()
                try? Data((head + groups).utf8).write(to: stage.file)
                let lines = await stage.ask(.POST, "/-/reload").text.split(separator: "\n")
                #expect(lines.count == 22 && lines.last == "and 10 more", "\(lines)")
                #expect(lines.first?.contains("mistakes: 30 ") == true)
                group.cancelAll()
            }
        }
    }
}
