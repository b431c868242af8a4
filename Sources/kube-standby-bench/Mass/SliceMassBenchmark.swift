import Foundation
import Sandbox

/// A thousand groups of mode EndpointSlice whose active pods fail at one moment, held against a bare client that makes one write
/// for each, and one that makes as many as the supervisor.
///
/// The machine is shared out, and the server limited, as for `MassBenchmark`; probes are so frequent that the writes, and not the
/// probes, take the time.
struct SliceMassBenchmark {
    private static let port = 18_083
    private static let rate = 300
    private static let period = 2
    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

    private let groups: Int
    private let sandbox: SandboxProcess
    private let timeline: SliceTimeline
    private let pods: SwitchablePods

    /// `groups`: nil: 1,000.
    static func run(groups: Int?) async throws {
        let groups = groups ?? 1000
        print(
            "\n\(groups) groups of mode EndpointSlice, period \(period) s, threshold 1, at a server of \(rate) writes a second, 5 ms each"
        )
        try await SandboxProcess.run { sandbox in
            let samples = SampleGroups(
                count: groups,
                isLabelled: false,
                hasSelectors: false,
                address: EngineRun.address
            )
            try await samples.fill(sandbox)
            try await sandbox.limit(writesPerSecond: rate, milliseconds: 5)
            try await SwitchablePods.run(port: port) { pods in
                try await SliceTimeline.run(on: sandbox) { timeline in
                    try await SliceMassBenchmark(groups: groups, sandbox: sandbox, timeline: timeline, pods: pods).run()
                }
            }
        }
    }

    private var configuration: String {
        let timing = "periodSeconds: \(Self.period), timeoutSeconds: 1, failureThreshold: 1, successThreshold: 1"
        let probe = "httpGet: {path: /healthz, port: \(Self.port)}, \(timing)"
        return "groups:\n"
            + (0..<groups).map { group in
                "- {name: g\(group), service: g\(group), mode: EndpointSlice, "
                    + "selector: {matchLabels: {app: g\(group)}}, probe: {\(probe)}}\n"
            }.joined()
    }

    private func run() async throws {
        let moves = try await SupervisorProcess.run(configuration, on: sandbox) { _ in
            let first = try await wait(since: .now, insteadOf: [:])
            row("first start: until every slice shows a pod", "\(Self.text(first.all)), \(first.writes) writes")
            try await waitUntilQuiet()
            return try await massFailover()
        }
        // The supervisor has ended: nobody else writes now.
        let one = try await bareClient(groups)
        let many = try await bareClient(moves.writes)
        row("mass failover: until every slice shows another pod", "\(Self.text(moves.all)), \(moves.writes) writes")
        row("mass failover: half of them, and the first", "\(Self.text(moves.half)), \(Self.text(moves.first))")
        row("the bare client: one write for each group", Self.text(one))
        row("the bare client: as many writes as the supervisor's until then", Self.text(many))
        row("ratio to one write each", Self.ratio(moves.all, one))
        row("ratio to as many writes", Self.ratio(moves.all, many))
        row("slices with several endpoints, or with none after one", "\(await timeline.breaches) (goal 0)")
    }

    /// How long slices took, and the writes of everything until the last.
    private struct Moves: Sendable {
        var first, half, all: Duration
        var writes: Int
    }

    private func massFailover() async throws -> Moves {
        let before = await timeline.pods
        let failing = before.values.compactMap { pod -> Int? in
            let parts = pod.dropFirst().split(separator: "-").compactMap { Int($0) }
            return parts.count == 2 ? parts[0] * SampleGroups.size + parts[1] : nil
        }
        pods.fail(Set(failing))
        return try await wait(since: .now, insteadOf: before)
    }

    private func wait(since start: ContinuousClock.Instant, insteadOf before: [String: String]) async throws -> Moves {
        let writes = await timeline.writes
        while true {
            let times = await timeline.times(since: start, insteadOf: before)
            if times.count == groups {
                let made = await timeline.writes - writes
                return Moves(first: times[0], half: times[groups / 2], all: times[groups - 1], writes: made)
            }
            guard .now - start < .seconds(300) else {
                throw Peer.Failed(description: "\(groups - times.count) slices show no other pod")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What is written when nothing urgent waits, labels among it, is written.
    private func waitUntilQuiet() async throws {
        while await timeline.lastWrite > .now - .seconds(3) { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// The same kind of connection, and nothing but writes of the same slices.
    private func bareClient(_ writes: Int) async throws -> Duration {
        let start = ContinuousClock.now
        try await sandbox.inParallel(writes) { [sandbox, groups] number in
            let patch: JSONValue = ["metadata": ["annotations": ["bare": .string("\(number)")]]]
            try await sandbox.send("PATCH", "\(Self.slices)/g\(number % groups)-kube-standby-ipv4", patch)
        }
        return .now - start
    }

    private func row(_ name: String, _ text: String) {
        print("  \(name.padding(toLength: 66, withPad: " ", startingAt: 0))  \(text)")
        fflush(nil)
    }

    private static func text(_ duration: Duration) -> String { String(format: "%.2f s", duration / .seconds(1)) }

    private static func ratio(_ time: Duration, _ other: Duration) -> String { String(format: "%.2f", time / other) }
}
