package import NIOCore
import ServiceLifecycle
package import Supervision

/// Answers the kubelet, Prometheus and operators: `/livez` while the loops turn, `/readyz` once the first lists are in,
/// `/metrics`, and `POST /-/reload`.
///
/// Whoever reaches the port can be anybody: connections are few and short-lived, and what they ask for is bounded.
package struct OperationsServer: ServiceLifecycle.Service {
    /// What one connection, and all of them, may take.
    package struct Limits: Sendable {
        /// Connections at once; one more, and the one that is idle for longest is closed.
        package var connections = 64
        /// How long a request may take to come, from the connection's beginning or the last answer on, and an answer to be taken.
        package var silence: TimeAmount = .seconds(10)
        /// How long an answer may be awaited; a reload takes its time.
        package var answer: TimeAmount = .seconds(45)
        /// Bytes of a request's body, of which nothing is used.
        package var bodyBytes = 64 * 1024
        /// Bytes of all header fields of a request, and of the longest one.
        package var headerBytes = 16 * 1024
        /// Streams of events at once.
        package var streams = 16
        /// How often a stream of events shows that it lives.
        package var heartbeat: TimeAmount = .seconds(5)

        /// The usual limits.
        package init() {}
    }

    /// What the server is made of.
    package struct Parts: Sendable {
        /// Where it listens.
        package var address: ListenAddress
        /// Whose state is shown.
        package var supervisor: Supervisor
        /// What `POST /-/reload` calls.
        package var reloader: ConfigurationReloader
        /// From where a reload may be asked for, besides from loopback.
        package var reloadFrom: [AddressBlock]
        /// The version that runs.
        package var version: String
        /// What the rooms count and time.
        package var registry: MetricsRegistry
        /// Lines that the log has dropped since the start.
        package var droppedLogLines: @Sendable () -> Int
        /// What connections may take.
        package var limits = Limits()

        /// Loopback may always ask for a reload, whatever `reloadFrom` says.
        package init(
            address: ListenAddress,
            supervisor: Supervisor,
            reloader: ConfigurationReloader,
            reloadFrom: [AddressBlock] = [],
            version: String,
            registry: MetricsRegistry,
            droppedLogLines: @escaping @Sendable () -> Int = { 0 }
        ) {
            self.address = address
            self.supervisor = supervisor
            self.reloader = reloader
            self.reloadFrom = reloadFrom
            self.version = version
            self.registry = registry
            self.droppedLogLines = droppedLogLines
        }
    }

    private let parts: Parts
    private let onListening: @Sendable (Int) -> Void

    /// `onListening`: called with the port once the server listens.
    package init(_ parts: Parts, onListening: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.parts = parts
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: if the address cannot be listened at.
    package func run() async throws {
        let hub = EventHub(limit: parts.limits.streams, onAudience: parts.supervisor.feed.signal)
        let routes = OperationsRoutes(parts, hub)
        let publisher = EventPublisher(of: parts.supervisor, to: hub)
        let listener = OperationsListener(limits: parts.limits)
        let port = try await listener.listen(at: parts.address)
        onListening(port)
        await withGracefulShutdownHandler {
            // Before thousands of groups that start: the kubelet ends what does not answer it.
            await withTaskGroup(of: Void.self) { group in
                group.addTask(priority: .high) {
                    await listener.serve { await routes.answer(to: $0) }
                }
                group.addTask(priority: .utility) { await publisher.run() }
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            listener.close()
        }
        listener.close()
    }
}
