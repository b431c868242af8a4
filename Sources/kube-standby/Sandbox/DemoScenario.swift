#if Sandbox

import Coordination
import Foundation
import KubernetesClient
import Logging
import Operations
import Sandbox
import ServiceLifecycle
import StandbyConfiguration
import Supervision
import Transport

/// The demo: a sandbox, the real supervisor, and failures one by one.
struct DemoScenario {
    /// Whether the sandbox stays up after the last step, until it is interrupted.
    var keepsRunning: Bool

    /// Starts the sandbox and runs all steps.
    ///
    /// - Returns: whether every invariant held.
    func run() async throws -> Bool {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kube-standby-demo-\(UUID().uuidString)")
        let setup = DemoSetup(markers: folder.appending(path: "licenses"))
        try FileManager.default.createDirectory(at: setup.markers, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try setup.setLicense(true)
        return try await Sandbox.run { sandbox in
            for group in DemoSetup.Group.allCases { try await sandbox.apply(setup.manifests(of: group)) }
            let kubeconfig = folder.appending(path: "kubeconfig").path(percentEncoded: false)
            try Data(await sandbox.kubeconfig().utf8).write(to: URL(filePath: kubeconfig))
            let configuration = folder.appending(path: "config.yaml").path(percentEncoded: false)
            try Data(setup.configuration.utf8).write(to: URL(filePath: configuration))
            return try await run(setup, on: sandbox, kubeconfig: kubeconfig, configuration: configuration)
        }
    }

    private func run(
        _ setup: DemoSetup,
        on sandbox: Sandbox,
        kubeconfig: String,
        configuration: String
    ) async throws -> Bool {
        let timeline = Timeline()
        let client = try client(kubeconfig)
        let supervisor = try supervisor(setup, client, timeline)
        let port = Locked<Int?>(nil)
        let server = try server(supervisor, setup, configuration: configuration) { number in
            port.withLock { $0 = number }
        }
        let services = ServiceGroup(services: [supervisor, server], logger: Self.logger)
        defer { supervisor.stopLoops() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            var steps = DemoSteps(setup: setup, sandbox: sandbox, timeline: timeline)
            try await steps.prepare()
            group.addTask { try await services.run() }
            let isIntact = try await steps.run()
            try await showStatus(supervisor, client, dashboard: port.withLock { $0 })
            if keepsRunning { try await SandboxSession(sandbox, kubeconfig: nil, next: .nothing).run() }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return isIntact
        }
    }

    /// What `kube-standby status` prints, and where the dashboard is.
    private func showStatus(_ supervisor: Supervisor, _ client: APIClient, dashboard port: Int?) async throws {
        let records = try await ClusterSurvey(client: client).records(.init(namespace: DemoSetup.namespace))
        let findings = ClusterSurvey.Findings(await supervisor.statuses, records)
        let text = StatusText(isWide: false, isColoured: StandardOutput.takesColour, now: Date())
        StandardOutput.print("\nWhat kube-standby status says:\n")
        StandardOutput.write(escaped: text.text(of: findings, isSingle: false))
        guard let port else { return }
        let address = "http://127.0.0.1:\(port)/"
        StandardOutput.print(
            keepsRunning
                ? "\nThe dashboard is at \(address)"
                : "\nIts dashboard was at \(address); make demo KEEP=1, or demo --keep, leaves it open."
        )
    }

    // MARK: Parts

    /// The timeline tells what there is to tell.
    private static let logger = Logger(label: "kube-standby") { _ in SwiftLogNoOpLogHandler() }

    private func client(_ kubeconfig: String) throws -> APIClient {
        APIClient(
            connection: try ClusterConnection.load(kubeconfig: kubeconfig, context: nil),
            loop: EventLoop(name: "api"),
            version: KubeStandby.version,
            logger: Self.logger
        )
    }

    private func server(
        _ supervisor: Supervisor,
        _ setup: DemoSetup,
        configuration: String,
        _ onListening: @escaping @Sendable (Int) -> Void
    ) throws -> OperationsServer {
        guard let address = ListenAddress("127.0.0.1:0") else {
            throw LoadingError(description: "the demo's dashboard has no address")
        }
        let reloader = ConfigurationReloader(
            path: configuration,
            initial: Array(setup.configuration.utf8),
            groups: DemoSetup.Group.allCases.count,
            supervisor: supervisor,
            logger: Self.logger
        )
        let parts = OperationsServer.Parts(
            address: address,
            supervisor: supervisor,
            reloader: reloader,
            version: KubeStandby.version,
            registry: MetricsRegistry()
        )
        return OperationsServer(parts, onListening: onListening)
    }

    private func supervisor(_ setup: DemoSetup, _ client: APIClient, _ timeline: Timeline) throws -> Supervisor {
        guard let configuration = ConfigurationReading(Array(setup.configuration.utf8)).configuration else {
            throw LoadingError(description: "the demo's configuration has mistakes")
        }
        return Supervisor(
            .init(
                configuration: configuration,
                client: client,
                probeLoop: EventLoop(name: "probes"),
                namespace: client.connection.namespace,
                identity: ProcessIdentity.make(),
                election: nil,
                isDryRun: false,
                logger: Self.logger
            )
        ) { timeline.show($0) }
    }
}

#endif
