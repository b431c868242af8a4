import ServiceLifecycle
import Supervision
import UnixSignals

/// Reloads the configuration at every SIGHUP.
struct HangupService: ServiceLifecycle.Service {
    let reloader: ConfigurationReloader
    /// Begun before the configuration was read, so that no signal after that is lost.
    let signals: UnixSignalsSequence

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            reloader.demand(by: "SIGHUP")
        }
    }
}
