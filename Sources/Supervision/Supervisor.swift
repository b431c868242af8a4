import FailoverCore
import Foundation
package import KubernetesClient
package import Logging
import Probing
import ServiceLifecycle
package import StandbyConfiguration
package import Transport

/// Supervises all groups of a configuration: one informer for each namespace and kind, one probe engine, one actor for
/// each group.
package struct Supervisor: ServiceLifecycle.Service {
    /// What a supervisor is made of.
    package struct Parts: Sendable {
        package var configuration: SupervisorConfiguration
        package var client: APIClient
        /// The loop for probes; the client has one of its own, so that neither delays the other.
        package var probeLoop: EventLoop
        /// Groups that name no namespace are in this one.
        package var namespace: String
        /// Unique for each process.
        package var identity: String
        /// Whether decisions are told and not carried out.
        package var isDryRun: Bool
        package var logger: Logger

        package init(
            configuration: SupervisorConfiguration,
            client: APIClient,
            probeLoop: EventLoop,
            namespace: String,
            identity: String,
            isDryRun: Bool,
            logger: Logger
        ) {
            self.configuration = configuration
            self.client = client
            self.probeLoop = probeLoop
            self.namespace = namespace
            self.identity = identity
            self.isDryRun = isDryRun
            self.logger = logger
        }
    }

    /// Writes under way at once, over all groups.
    private static let writeLimit = 64

    /// The informers of one namespace.
    private struct NamespaceInformers: Sendable {
        var pods: Informer<Pod>
        var services: Informer<KubernetesClient.Service>
    }

    private let parts: Parts
    private let informers: [String: NamespaceInformers]
    private let groups: [GroupSupervisor]
    private let probes: ProbeEngine
    private let events: EventPublisher

    /// `observe`: called for each notice, on any thread; must be quick.
    package init(_ parts: Parts, observe: @escaping @Sendable (GroupNotice) -> Void = { _ in }) {
        self.parts = parts
        let probes = ProbeEngine(loop: parts.probeLoop)
        let events = EventPublisher(client: parts.client, logger: parts.logger)
        let informers = Self.informers(of: parts)
        let limiter = WriteLimiter(limit: Self.writeLimit)
        let notify = Self.notifier(parts, events, observe)
        groups = parts.configuration.groups.compactMap { group -> GroupSupervisor? in
            let namespace = group.namespace ?? parts.namespace
            guard let own = informers[namespace] else { return nil }
            let api = KubernetesGroupAPI(client: parts.client, group: group, namespace: namespace, limiter: limiter)
            return GroupSupervisor(
                group,
                namespace: namespace,
                identity: parts.identity,
                isDryRun: parts.isDryRun,
                surroundings: .init(
                    api: api,
                    pods: own.pods,
                    services: own.services,
                    probes: probes,
                    clock: .system,
                    notify: notify
                )
            )
        }
        self.probes = probes
        self.events = events
        self.informers = informers
    }

    private static func informers(of parts: Parts) -> [String: NamespaceInformers] {
        let namespaces = Set(parts.configuration.groups.map { $0.namespace ?? parts.namespace })
        return Dictionary(
            uniqueKeysWithValues: namespaces.map { namespace in
                let pods = Informer<Pod>(client: parts.client, namespace: namespace, logger: parts.logger)
                let services = Informer<KubernetesClient.Service>(
                    client: parts.client,
                    namespace: namespace,
                    logger: parts.logger
                )
                return (namespace, NamespaceInformers(pods: pods, services: services))
            }
        )
    }

    private static func notifier(
        _ parts: Parts,
        _ events: EventPublisher,
        _ observe: @escaping @Sendable (GroupNotice) -> Void
    ) -> @Sendable (GroupNotice) -> Void {
        let log = NoticeLog(logger: parts.logger)
        let translation = NoticeEvents(instance: parts.identity)
        return { notice in
            log.write(notice)
            if !parts.isDryRun {
                for event in translation.events(of: notice) { events.publish(event) }
            }
            observe(notice)
        }
    }

    /// Whether the first list of every namespace is in.
    package var isReady: Bool {
        get async {
            for informer in informers.values {
                guard await informer.pods.hasSynced, await informer.services.hasSynced else { return false }
            }
            return true
        }
    }

    private var loops: [EventLoop] { [parts.probeLoop, parts.client.loop] }

    /// The names of the event loops that take up no work within `limit`; empty while the supervisor is alive.
    package func hangingLoops(after limit: Duration) async -> [String] {
        var hanging: [String] = []
        for loop in loops where await !loop.turns(within: limit) { hanging.append(loop.name) }
        return hanging
    }

    /// Ends the event loops; nothing of the supervisor can be used afterwards.
    package func stopLoops() {
        for loop in loops { loop.stop() }
    }

    /// Supervises until a graceful shutdown, which moves nothing, or until the task is cancelled.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { background in
            for informer in informers.values {
                background.addTask { await informer.pods.run() }
                background.addTask { await informer.services.run() }
            }
            background.addTask { await probes.run() }
            background.addTask { await events.run() }
            await runGroups()
            background.cancelAll()
        }
    }

    private func runGroups() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for supervisor in groups { group.addTask { await supervisor.run() } }
                // A configuration without groups supervises nothing until it is asked to end.
                if groups.isEmpty { group.addTask { try? await gracefulShutdown() } }
            }
        } onGracefulShutdown: {
            for supervisor in groups { supervisor.post(.shutdown) }
        }
    }
}
