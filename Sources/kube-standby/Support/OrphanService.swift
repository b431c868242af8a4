import HostSystem
import KubernetesClient
import ServiceLifecycle

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
