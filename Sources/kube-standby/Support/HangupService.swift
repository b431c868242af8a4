import ServiceLifecycle
import Supervision
import UnixSignals

/// Reloads the configuration at every SIGHUP.
struct HangupService: ServiceLifecycle.Service {
    let reloader: ConfigurationReloader

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            reloader.demand(by: "SIGHUP")
        }
    }
}
