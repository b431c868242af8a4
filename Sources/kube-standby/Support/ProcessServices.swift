import HostSystem
import KubernetesClient
import Logging
import ServiceLifecycle
import Supervision
import UnixSignals

/// Reloads the configuration at every SIGHUP.
struct HangupService: ServiceLifecycle.Service {
    /// Reads the file anew when it changes, or when somebody asks.
    let reloader: ConfigurationReloader
    /// Begun before the configuration was read, so that no signal after that is lost.
    let signals: UnixSignalsSequence

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            reloader.demand(by: "SIGHUP")
        }
    }
}

/// Reaps orphans every second, if they become ours.
struct OrphanService: ServiceLifecycle.Service {
    private static let interval: Duration = .seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var reaper = OrphanReaper()
            while OrphanReaper.isNeeded, (try? await Task.sleep(for: Self.interval)) != nil { reaper.reap() }
            // A service that ends before it is asked to ends the others.
            try? await gracefulShutdown()
        }
    }
}

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
