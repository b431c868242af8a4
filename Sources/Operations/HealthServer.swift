import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Supervision

/// Answers the kubelet that runs the supervisor: `/livez` while the loops turn, `/readyz` once the first lists are in.
package struct HealthServer: ServiceLifecycle.Service {
    /// A loop that takes up no work for this long hangs.
    private static let patience: Duration = .seconds(5)

    private let address: ListenAddress
    private let supervisor: Supervisor
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// `onListening`: called with the port once the server listens.
    package init(
        address: ListenAddress,
        supervisor: Supervisor,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.supervisor = supervisor
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: if the address cannot be listened at.
    package func run() async throws {
        let router = Router()
        router.get("livez") { [supervisor] _, _ in await Self.liveness(of: supervisor) }
        router.get("readyz") { [supervisor] _, _ in await Self.readiness(of: supervisor) }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
        try await application.run()
    }

    /// The server's own words are of no interest at the supervisor's level.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private static func liveness(of supervisor: Supervisor) async -> Response {
        let hanging = await supervisor.hangingLoops(after: patience)
        return hanging.isEmpty
            ? answer(.ok, "ok") : answer(.serviceUnavailable, "these loops hang: \(hanging.joined(separator: ", "))")
    }

    private static func readiness(of supervisor: Supervisor) async -> Response {
        await supervisor.isReady ? answer(.ok, "ok") : answer(.serviceUnavailable, "the first lists are not in")
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n"))
        )
    }
}
