import Foundation
import KubernetesClient
import Sandbox
import ServiceLifecycle
import Supervision
import Transport

/// Measures how long a Service has no endpoint in planned moves, beside an EndpointSlice controller that has to write each change
/// and fails a sync that meets it in the middle of that: with a supervisor that may look at EndpointSlices, and with one that may
/// not.
struct GapBenchmark {
    /// What one supervisor's moves took.
    private struct Outcome {
        /// Without a ready endpoint, by the recorded history.
        var endpoints: [Duration]
        /// Without an active pod, as the supervisor tells.
        var labels: [Duration]
        /// Of what the longest times without an endpoint were made, the longest first.
        var longest: [GapSteps]
    }

    /// How long the controller takes to write a slice.
    private static let update: Duration = .milliseconds(3)

    /// `moves`: with settling; without it there are a tenth as many, for a part of them takes a second.
    static func run(moves: Int) async throws {
        print("moves on the sandbox (ms), whose EndpointSlice controller needs \(update.wholeMilliseconds) for a slice")
        print("goal: settled, no endpoint: median 8, max 60")
        row("", "moves", "median", "p99", "max")
        try await report("settled", moves: moves, token: Sandbox.adminToken)
        try await report("without the right to EndpointSlices", moves: max(10, moves / 10), token: "blind")
    }

    private static func report(_ name: String, moves: Int, token: String) async throws {
        let outcome = try await Sandbox.run { sandbox in
            try await sandbox.admit(token: "blind", user: "blind", rules: rights)
            try await sandbox.apply(FailoverBenchmark.setup())
            try await sandbox.wait(for: "three pods to run") { store in
                await store.list(.pods, namespace: FailoverBenchmark.namespace).count { $0["status"]["podIP"] != .null }
                    == 3
            }
            return try await measure(moves, on: sandbox, token: token)
        }
        row("\(name): no endpoint", outcome.endpoints)
        row("\(name): no active pod", outcome.labels)
        for steps in outcome.longest { print("  one of the longest: \(steps)") }
    }

    private static func measure(_ moves: Int, on sandbox: Sandbox, token: String) async throws -> Outcome {
        let supervisor = try await FailoverBenchmark.supervisor(on: sandbox, token: token)
        let services = ServiceGroup(services: [supervisor], logger: FailoverBenchmark.silent)
        let client = await FailoverBenchmark.client(of: sandbox)
        let lease = GroupLease(client: client, group: "web", namespace: FailoverBenchmark.namespace)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var holder = try await sandbox.waitForMove(awayFrom: nil, of: "web")
            await sandbox.sliceDelay.set(update: update)
            let start = ContinuousClock.now
            var labels: [Duration] = []
            for number in 0..<moves {
                labels.append(try await move(number, lease))
                holder = try await waitForEndpoint(on: sandbox, besides: holder)
            }
            let history = await sandbox.store.history
            let audit = EndpointAudit(history, namespace: FailoverBenchmark.namespace, service: "web")
            let steps = GapSteps.all(history, audit, since: start).sorted { $0.total > $1.total }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            supervisor.stopLoops()
            client.loop.stop()
            return Outcome(endpoints: audit.gaps(since: start), labels: labels, longest: Array(steps.prefix(3)))
        }
    }

    /// Requests a switchover and waits for the answer; one that comes too early is given again.
    ///
    /// - Returns: how long nobody was active.
    private static func move(_ number: Int, _ lease: GroupLease) async throws -> Duration {
        for attempt in 0..<100 {
            let request = StoredRequest(id: "gap-\(number)-\(attempt)", action: .switchover)
            let answer = try await lease.give(request, patience: .seconds(20))
            if let seconds = answer?.move?.nobodyActiveSeconds { return .seconds(seconds) }
            // The other pods have not been probed yet.
            try await Task.sleep(for: .milliseconds(100))
        }
        throw WaitTimeout(what: "switchover \(number)", limit: .seconds(10))
    }

    private static func waitForEndpoint(on sandbox: Sandbox, besides pod: String) async throws -> String {
        try await sandbox.wait(for: "another endpoint than \(pod)") { store in
            let names = await endpoints(store)
            return names.count == 1 && names != [pod]
        }
        return await endpoints(sandbox.store).first ?? pod
    }

    private static func endpoints(_ store: ObjectStore) async -> [String] {
        await store.list(.endpointSlices, namespace: FailoverBenchmark.namespace)
            .flatMap { $0["endpoints"].array ?? [] }.compactMap { $0["targetRef"]["name"].string }
    }

    /// All that a supervisor needs, but for EndpointSlices.
    private static let rights: [PolicyRule] = [
        PolicyRule(groups: [""], resources: ["pods", "services"], verbs: ["*"]),
        PolicyRule(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["*"]),
        PolicyRule(groups: ["events.k8s.io"], resources: ["events"], verbs: ["*"]),
    ]

    // MARK: Report

    private static func row(_ name: String, _ durations: [Duration]) {
        let sorted = durations.sorted()
        guard let last = sorted.last else { return row(name, "0", "-", "-", "-") }
        let text = { (duration: Duration) in String(format: "%.1f", duration / .milliseconds(1)) }
        let high = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        row(name, "\(sorted.count)", text(sorted[sorted.count / 2]), text(high), text(last))
    }

    private static func row(_ cells: String...) {
        let widths = [52, 8, 10, 10, 10]
        print(zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined())
    }
}
