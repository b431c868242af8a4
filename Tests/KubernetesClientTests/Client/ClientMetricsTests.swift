import MetricsTestKit
import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// What is counted of requests, under the names that other controllers use.
@Suite(.timeLimit(.minutes(5))) struct ClientMetricsTests {
    private static let requests = "rest_client_requests_total"

    @Test func countsAnswersByTheirCode() async throws {
        let test = TestMetrics()
        try await ClientStage.run(metrics: test) { sandbox, client in
            let host = await sandbox.url.replacing("https://", with: "")
            for name in ["a", "a", "b"] { _ = try? await client.get(Pod.self, namespace: "default", name: name) }
            try await sandbox.apply(ClientStage.pod("c"))
            _ = try await client.get(Pod.self, namespace: "default", name: "c")
            let missing = [("code", "404"), ("method", "GET"), ("host", host)]
            #expect(try test.expectCounter(Self.requests, missing).totalValue == 3)
            let found = [("code", "200"), ("method", "GET"), ("host", host)]
            #expect(try test.expectCounter(Self.requests, found).totalValue == 1)
            let times = try test.expectTimer("rest_client_request_duration_seconds", [("verb", "GET"), ("host", host)])
            #expect(times.values.count == 4 && times.values.allSatisfy { $0 > 0 })
        }
    }

    @Test func countsRequestsThatNobodyAnswers() async throws {
        let test = TestMetrics()
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        // Nobody listens at the port of discarding there.
        let connection = ClusterConnection(
            cluster: .init(server: "https://127.0.0.1:9"),
            credential: Credential(),
            namespace: "default"
        )
        let logger = ClientStage.logger
        let client = APIClient(connection: connection, loop: loop, version: "test", logger: logger, metrics: test)
        await #expect(throws: KubernetesError.self) {
            try await client.get(Pod.self, namespace: "default", name: "a", retry: .none)
        }
        let labels = [("code", "<error>"), ("method", "GET"), ("host", "127.0.0.1:9")]
        #expect(try test.expectCounter(Self.requests, labels).totalValue == 1)
    }

    /// The first watch is none that was restarted.
    @Test func countsWatchesThatBeginAgain() async throws {
        let test = TestMetrics()
        try await ClientStage.run(metrics: test) { sandbox, client in
            let informer = Informer<Pod>(client: client, namespace: "default", logger: ClientStage.logger)
            let (events, input) = AsyncStream.makeStream(of: InformerEvent<Pod>.self)
            _ = await informer.subscribe(to: .labels(["app": "x"])) { input.yield($0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                defer { group.cancelAll() }
                try await sandbox.apply(ClientStage.pod("a"))
                var iterator = events.makeAsyncIterator()
                try await see(["a"], &iterator)
                let labels = [("resource", "pods")]
                #expect(throws: TestMetricsError.self) {
                    try test.expectCounter("kube_standby_watch_restarts_total", labels)
                }
                try await sandbox.apply(ClientStage.pod("b"))
                try await see(["a", "b"], &iterator)
                await sandbox.cutTheWatch()
                try await sandbox.apply(ClientStage.pod("c"))
                try await see(["a", "b", "c"], &iterator)
                #expect(try test.expectCounter("kube_standby_watch_restarts_total", labels).totalValue >= 1)
            }
        }
    }

    private func see(_ names: [String], _ events: inout AsyncStream<InformerEvent<Pod>>.Iterator) async throws {
        while let event = await events.next(isolation: #isolation) {
            if case .snapshot(let snapshot) = event, snapshot.objects.compactMap(\.metadata.name) == names { return }
        }
        Issue.record("the informer ended")
    }
}
