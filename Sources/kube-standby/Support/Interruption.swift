import Logging
import ServiceLifecycle
import UnixSignals

/// The end of a command that stays up.
enum Interruption {
    /// Waits for SIGINT or SIGTERM.
    static func wait() async throws {
        let group = ServiceGroup(
            services: [Pause()],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: Logger(label: "interruption") { _ in SwiftLogNoOpLogHandler() }
        )
        try await group.run()
    }

    /// Does nothing until it is asked to end.
    private struct Pause: ServiceLifecycle.Service {
        func run() async throws { try await gracefulShutdown() }
    }
}
