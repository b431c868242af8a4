import Logging
import Metrics
import Sandbox
import Transport

@testable import KubernetesClient

/// A sandbox and a client of it.
enum ClientStage {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func run<Result: Sendable>(
        token: String = Sandbox.adminToken,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        watchPatience: Duration = APIClient.usualWatchPatience,
        _ body: @Sendable @escaping (Sandbox, APIClient) async throws -> Result
    ) async throws -> Result {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        return try await Sandbox.run { sandbox in
            try await body(sandbox, await client(of: sandbox, token: token, loop: loop, metrics, watchPatience))
        }
    }

    static func client(
        of sandbox: Sandbox,
        token: String,
        loop: EventLoop,
        _ metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        _ watchPatience: Duration = APIClient.usualWatchPatience
    ) async -> APIClient {
        let connection = ClusterConnection(
            cluster: .init(server: await sandbox.url, authority: .inline(Array(sandbox.authority.utf8))),
            credential: Credential(token: .inline(token)),
            namespace: "default"
        )
        return APIClient(
            connection: connection,
            loop: loop,
            version: "test",
            logger: logger,
            metrics: metrics,
            watchPatience: watchPatience
        )
    }

    /// A pod that no kubelet of the sandbox touches.
    static func pod(_ name: String, labels: String = "app: x") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), labels: {\(labels)}}
        spec: {schedulerName: nobody, containers: [{name: a, image: b}]}
        ---

        """
    }
}

extension Sandbox {
    /// Cuts the watch of the one client, and waits until it asks for the next: what changes until then the old one may show yet.
    func cutTheWatch() async {
        let count = await control.log.count { $0.verb == "watch" }
        await control.cutWatches()
        _ = await control.requests("watch", count: count + 1)
    }
}
