import Foundation
import KubernetesClient
import Logging
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
            return try await run(setup, on: sandbox, kubeconfig: kubeconfig)
        }
    }

    private func run(_ setup: DemoSetup, on sandbox: Sandbox, kubeconfig: String) async throws -> Bool {
        let timeline = Timeline()
        let supervisor = try await supervisor(setup, kubeconfig: kubeconfig, timeline)
        let services = ServiceGroup(
            services: [supervisor],
            logger: Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { supervisor.stopLoops() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            var steps = DemoSteps(setup: setup, sandbox: sandbox, timeline: timeline)
            try await steps.prepare()
            group.addTask { try await services.run() }
            let isIntact = try await steps.run()
            if keepsRunning { try await SandboxSession(sandbox, kubeconfig: nil, next: .nothing).run() }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return isIntact
        }
    }

    private func supervisor(
        _ setup: DemoSetup,
        kubeconfig: String,
        _ timeline: Timeline
    ) async throws -> Supervisor {
        guard let configuration = ConfigurationReading(Array(setup.configuration.utf8)).configuration else {
            throw LoadingError(description: "the demo's configuration has mistakes")
        }
        let logger = Logger(label: "kube-standby") { _ in SwiftLogNoOpLogHandler() }
        let connection = try ClusterConnection.load(kubeconfig: kubeconfig, context: nil)
        let client = APIClient(
            connection: connection,
            loop: EventLoop(name: "api"),
            version: KubeStandby.version,
            logger: logger
        )
        return Supervisor(
            .init(
                configuration: configuration,
                client: client,
                probeLoop: EventLoop(name: "probes"),
                namespace: connection.namespace,
                identity: ProcessIdentity.make(),
                election: nil,
                isDryRun: false,
                logger: logger
            )
        ) { timeline.show($0) }
    }
}
