import FailoverCore
import Foundation
import KubernetesClient
import Logging
import Probing
import Sandbox
import ServiceLifecycle
import StandbyConfiguration
import Supervision
import TestedCluster
import Testing
import Transport

extension ControlPlaneTests {
    /// A thousand groups are probed while the configuration changes a hundred times.
    @Suite struct ReloadScaleTests {
        // The thread sanitizer makes everything some ten times slower, and looks for races, not for scale.
        private static let isSanitized = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] != nil
        private static let groups = isSanitized ? 100 : 1000
        private static let reloads = isSanitized ? 10 : 100
        private static let period: UInt64 = 4_000_000_000

        /// `changing`: what distinguishes one content from the next.
        private static func text(changing: Int) -> String {
            let unchanged = (0..<groups).map { index in
                // Every tenth group asks a port at which nobody listens, and counts failures for a long time.
                let port = index % 10 == 0 ? 9 : 8080
                return """
                    - name: g\(index)
                      service: g\(index)
                      probe: {tcpSocket: {port: \(port)}, failureThreshold: 100, periodSeconds: 4, fastPeriodSeconds: 4, timeoutSeconds: 2}

                    """
            }
            let changed = """
                - name: changing
                  service: changing
                  probe: {tcpSocket: {port: 8080}, failureThreshold: \(2 + changing % 7), periodSeconds: 4}
                - name: coming-\(changing)
                  service: coming
                  probe: {tcpSocket: {port: 8080}}

                """
            return "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + unchanged.joined()
                + changed
        }

        /// Services, and two pods each, all at the address of one application.
        private static func fill(_ stage: Stage) async throws {
            try await stage.place("app", replicas: 1)
            let pod = try await stage.sandbox.store.get(ObjectKey(.pods, namespace: "default", name: "app-0"))
            let address = pod["status"]["podIP"]
            for name in (0..<groups).map({ "g\($0)" }) + ["changing", "coming"] {
                try await stage.sandbox.store.create(
                    .services,
                    namespace: "default",
                    [
                        "metadata": ["name": .string(name)],
                        "spec": ["selector": ["app": .string(name), "role": "active"], "ports": [["port": 80]]],
                    ]
                )
                for member in 0..<2 {
                    let labels: JSONValue = ["app": .string(name), "role": member == 0 ? "active" : "passive"]
                    let metadata: JSONValue = ["name": .string("\(name)-\(member)"), "labels": labels]
                    try await stage.sandbox.store.create(
                        .pods,
                        namespace: "default",
                        [
                            "metadata": metadata,
                            "spec": ["schedulerName": "nobody", "containers": [["name": "app", "image": "toy"]]],
                            "status": ["phase": "Running", "podIP": address],
                        ]
                    )
                }
            }
        }

        @Test func unchangedGroupsLoseNoProbeAndNoCounter() async throws {
            try await Stage.run { stage in
                try await Self.fill(stage)
                let content = Self.text(changing: 0)
                let mount = try MountedConfigMap(in: stage.folder, content: content)
                let supervisor = try await Self.supervisor(on: stage.sandbox, content)
                let reloader = ConfigurationReloader(
                    path: mount.path,
                    initial: Array(content.utf8),
                    groups: Self.groups + 2,
                    supervisor: supervisor,
                    logger: Self.silent
                )
                let services = ServiceGroup(services: [supervisor, reloader], logger: Self.silent)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await services.run() }
                    try await Self.check(supervisor, reloader, mount)
                    await services.triggerGracefulShutdown()
                    try await group.waitForAll()
                }
                supervisor.stopLoops()
            }
        }

        private static func check(
            _ supervisor: Supervisor,
            _ reloader: ConfigurationReloader,
            _ mount: MountedConfigMap
        ) async throws {
            let first = try await progress(of: supervisor)
            for number in 1...reloads { try await reload(reloader, mount, changing: number) }
            try mount.update("groups: [")
            guard case .refused = await reloader.reload(by: "the test") else {
                Issue.record("an invalid file was taken")
                return
            }
            try await reload(reloader, mount, changing: reloads + 1)
            let last = try await progress(of: supervisor)
            for (pod, before) in first {
                let after = try #require(last[pod], "\(pod) is not probed any more")
                // Every probe between the two looks was made when it was due.
                #expect(after.due - before.due == UInt64(after.sequence - before.sequence) * period, "\(pod)")
                #expect(after.tracker.consecutiveFailures >= before.tracker.consecutiveFailures, "\(pod)")
                #expect(after.tracker.health == before.tracker.health || before.tracker.health == .unknown, "\(pod)")
            }
            let counting = first.filter { $0.value.tracker.consecutiveFailures > 0 }
            #expect(counting.count > groups / 10)
            #expect(
                counting.contains {
                    last[$0.key]?.tracker.consecutiveFailures ?? 0 > $0.value.tracker.consecutiveFailures
                }
            )
            #expect(await supervisor.probeProgress(of: "coming-0").isEmpty)
        }

        /// The progress of every unchanged group's probes, once each has been probed.
        private static func progress(of supervisor: Supervisor) async throws -> [String: ProbeProgress] {
            while true {
                var all: [String: ProbeProgress] = [:]
                for index in 0..<groups {
                    all.merge(await supervisor.probeProgress(of: "g\(index)")) { first, _ in first }
                }
                if all.count == 2 * groups, all.values.allSatisfy({ $0.sequence > 0 }) { return all }
                await Task.yield()
            }
        }

        private static func reload(
            _ reloader: ConfigurationReloader,
            _ mount: MountedConfigMap,
            changing number: Int
        ) async throws {
            try mount.update(text(changing: number))
            // The watcher may have been quicker than the demand.
            guard case .applied = await reloader.reload(by: "the test") else {
                Issue.record("reload \(number) was not applied")
                return
            }
        }

        private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

        private static func supervisor(on sandbox: Sandbox, _ content: String) async throws -> Supervisor {
            let configuration = try #require(ConfigurationReading(Array(content.utf8)).configuration)
            let connection = ClusterConnection(
                cluster: .init(server: await sandbox.url, authority: .inline(Array(sandbox.authority.utf8))),
                credential: Credential(token: .inline(Sandbox.adminToken)),
                namespace: "default"
            )
            return Supervisor(
                .init(
                    configuration: configuration,
                    client: APIClient(
                        connection: connection,
                        loop: EventLoop(name: "api"),
                        version: "test",
                        logger: silent
                    ),
                    probeLoop: EventLoop(name: "probes"),
                    namespace: "default",
                    identity: UUID().uuidString,
                    election: nil,
                    isDryRun: false,
                    logger: silent
                )
            )
        }
    }
}
