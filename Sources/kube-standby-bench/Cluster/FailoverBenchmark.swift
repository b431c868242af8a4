import Foundation
import KubernetesClient
import Logging
import Sandbox
import ServiceLifecycle
import StandbyConfiguration
import Supervision
import Transport

/// Measures moves of one group on the sandbox: period 1 s, threshold 1, applications that answer 500.
struct FailoverBenchmark {
    /// Moves that are measured.
    private static let rounds = 24
    /// Where the group is.
    static let namespace = "default"

    static func run() async throws {
        let (label, slice) = (try await measure(.label), try await measure(.endpointSlice))
        report(label, slice)
    }

    /// Both modes on a sandbox of their own each, one after the other.
    private static func measure(_ mode: GroupConfiguration.Mode) async throws -> [MoveTiming] {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(setup(mode))
            try await sandbox.wait(for: "three pods to run") { store in
                await store.list(.pods, namespace: namespace).count { $0["status"]["podIP"] != .null } == 3
            }
            return try await measure(mode, on: sandbox)
        }
    }

    private static func measure(_ mode: GroupConfiguration.Mode, on sandbox: Sandbox) async throws -> [MoveTiming] {
        let supervisor = try await supervisor(mode, on: sandbox)
        let services = ServiceGroup(services: [supervisor], logger: silent)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var timings: [MoveTiming] = []
            var holder = try await sandbox.waitForMove(awayFrom: nil, of: "web")
            for _ in 0..<rounds {
                try await waitForHealthyCandidates(sandbox, besides: holder)
                // Faults strike at any phase of the period.
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<1000)))
                let fault = ContinuousClock.now
                await sandbox.applications.set(.status(500), pod: holder, namespace: namespace)
                let next = try await sandbox.waitForMove(awayFrom: holder, of: "web")
                let timing = MoveTiming(
                    await sandbox.store.history,
                    namespace: namespace,
                    group: "web",
                    service: "web",
                    to: next,
                    since: fault
                )
                if let timing { timings.append(timing) }
                await sandbox.applications.set(.healthy, pod: holder, namespace: namespace)
                holder = next
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            supervisor.stopLoops()
            return timings
        }
    }

    /// Waits until the other applications have each answered two more probes.
    private static func waitForHealthyCandidates(_ sandbox: Sandbox, besides holder: String) async throws {
        for pod in ["web-0", "web-1", "web-2"] where pod != holder {
            var requests = await sandbox.applications.requests(pod: pod, namespace: namespace).makeAsyncIterator()
            for _ in 0..<2 { await requests.next(isolation: nil) }
        }
    }

    /// A supervisor of the group `web`, with the rights of a token.
    static func supervisor(
        _ mode: GroupConfiguration.Mode = .label,
        on sandbox: Sandbox,
        token: String = Sandbox.adminToken
    ) async throws -> Supervisor {
        guard let configuration = ConfigurationReading(Array(configuration(mode).utf8)).configuration else {
            preconditionFailure("the benchmark's configuration has mistakes")
        }
        let client = await client(of: sandbox, token: token)
        return Supervisor(
            .init(
                configuration: configuration,
                client: client,
                probeLoop: EventLoop(name: "probes"),
                namespace: namespace,
                identity: UUID().uuidString,
                election: nil,
                isDryRun: false,
                logger: silent
            )
        )
    }

    /// A client with the rights of a token, on a loop of its own.
    static func client(of sandbox: Sandbox, token: String = Sandbox.adminToken) async -> APIClient {
        let connection = ClusterConnection(
            cluster: .init(server: await sandbox.url, authority: .inline(Array(sandbox.authority.utf8))),
            credential: Credential(token: .inline(token)),
            namespace: namespace
        )
        return APIClient(connection: connection, loop: EventLoop(name: "api"), version: "bench", logger: silent)
    }

    /// What is logged is not written.
    static var silent: Logger { Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() } }

    // MARK: Report

    private static func report(_ label: [MoveTiming], _ slice: [MoveTiming]) {
        print("failover on the sandbox: period 1 s, threshold 1, \(label.count) and \(slice.count) moves (ms)")
        print("detection floor: uniform in 0...1000, median 500")
        row("", "Label", "", "EndpointSlice", "")
        row("", "median", "max", "median", "max")
        let parts: [(name: String, time: (MoveTiming) -> Duration)] = [
            ("fault to EndpointSlice", { $0.detection + $0.switch }), ("of which detection", \.detection),
            ("of which not detection (goal: max 50)", \.switch), ("without an endpoint (goal: max 20; 0)", \.gap),
        ]
        for part in parts { row([part.name] + cells(label.map(part.time)) + cells(slice.map(part.time))) }
    }

    /// The median and the most, in milliseconds.
    private static func cells(_ durations: [Duration]) -> [String] {
        let sorted = durations.sorted()
        guard let last = sorted.last else { return ["-", "-"] }
        return [sorted[sorted.count / 2], last].map { String(format: "%.1f", $0 / .milliseconds(1)) }
    }

    private static func row(_ cells: String...) { row(cells) }

    private static func row(_ cells: [String]) {
        let widths = [40, 10, 10, 16, 10]
        print(zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined())
    }

    // MARK: Setup

    /// The Service, which has a selector in mode Label only, and three pods.
    static func setup(_ mode: GroupConfiguration.Mode = .label) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: None, \(mode == .label ? "selector: {app: web, role: active}, " : "")ports: [{name: http, port: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          replicas: 3
          serviceName: web
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]}
        """
    }

    private static func configuration(_ mode: GroupConfiguration.Mode) -> String {
        """
        apiVersion: kube-standby.io/v1
        kind: StandbyConfiguration
        groups:
        - name: web
          service: web
          \(mode == .label ? "mode: Label" : "mode: EndpointSlice\n  selector: {matchLabels: {app: web}}")
          probe:
            httpGet: {path: /health, port: http}
            periodSeconds: 1
            timeoutSeconds: 0.5
            failureThreshold: 1
            successThreshold: 1
          # So many moves in a row are what the limit is there to prevent.
          failover: {flap: {maxSwitches: 0}}
        """
    }
}
