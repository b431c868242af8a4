import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Supervision

/// Answers the kubelet, Prometheus and operators: `/livez` while the loops turn, `/readyz` once the first lists are in,
/// `/metrics`, and `POST /-/reload`.
package struct OperationsServer: ServiceLifecycle.Service {
    /// A loop that takes up no work for this long hangs.
    private static let patience: Duration = .seconds(5)

    private let address: ListenAddress
    private let supervisor: Supervisor
    private let reloader: ConfigurationReloader
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// `onListening`: called with the port once the server listens.
    package init(
        address: ListenAddress,
        supervisor: Supervisor,
        reloader: ConfigurationReloader,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.supervisor = supervisor
        self.reloader = reloader
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
        router.get("metrics") { [status = reloader.status, supervisor] _, _ in
            let text =
                MetricsText.write(status.current) + MetricsText.write(await supervisor.probeCounts)
                + MetricsText.write(supervisor.longestTurns)
            return Self.answer(.ok, text, type: MetricsText.contentType)
        }
        router.post("-/reload") { [reloader] _, _ in await Self.reload(reloader) }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port)),
            onServerRunning: { [onListening] channel in onListening(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
        // Before thousands of groups that start: the kubelet ends what does not answer it.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(priority: .high) { try await application.run() }
            try await group.waitForAll()
        }
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
            ? answer(.ok, "ok\n")
            : answer(.serviceUnavailable, "these loops hang: \(hanging.joined(separator: ", "))\n")
    }

    private static func readiness(of supervisor: Supervisor) async -> Response {
        await supervisor.isReady ? answer(.ok, "ok\n") : answer(.serviceUnavailable, "the first lists are not in\n")
    }

    private static func reload(_ reloader: ConfigurationReloader) async -> Response {
        switch await reloader.reload(by: "POST /-/reload") {
        case .applied(let diff): answer(.ok, "\(diff)\n")
        case .unchanged: answer(.ok, "unchanged\n")
        case .refused(let lines):
            answer(.internalServerError, "the running configuration stays:\n\(lines.joined(separator: "\n"))\n")
        case .none: answer(.serviceUnavailable, "busy or ending; nothing was reloaded\n")
        }
    }

    private static func answer(
        _ status: HTTPResponse.Status,
        _ text: String,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
