import Foundation
import Sandbox

/// Thousands of groups that start, and that fail, at one moment: held against a bare client that makes as many writes.
///
/// The sandbox bears 300 writes a second, each after 5 ms. It has one core, the supervisor another; the pods and the watches that
/// measure are wherever there is room.
struct MassBenchmark {
    private static let port = 18_082
    private static let rate = 300
    private static let period = 10
    /// A failure strikes right after a probe, and two more have to fail, a second apart.
    private static let detection = Duration.seconds(period + 2)
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
    /// Leases that the bare client writes.
    private static let bareLeases = 100
    /// The group that matters most.
    private static let important = 0

    private let groups: Int
    private let sandbox: SandboxProcess
    private let timeline: RoleTimeline
    private let pods: SwitchablePods
    private let log: URL

    /// `groups`: nil: 3,333.
    static func run(groups: Int?) async throws {
        let groups = groups ?? 3333
        print("\n\(groups) groups of three, period \(period) s, at a server of \(rate) writes a second, 5 ms each")
        let log = FileManager.default.temporaryDirectory.appending(path: "mass-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: groups, isLabelled: false, address: EngineRun.address).fill(sandbox)
            try await sandbox.limit(writesPerSecond: rate, milliseconds: 5)
            try await SwitchablePods.run(port: port) { pods in
                try await sandbox.inParallel(bareLeases) {
                    try await sandbox.send("POST", leases, ["metadata": ["name": .string("bare-\($0)")]])
                }
                try await RoleTimeline.run(on: sandbox) { timeline in
                    try await MassBenchmark(groups: groups, sandbox: sandbox, timeline: timeline, pods: pods, log: log)
                        .run()
                }
            }
        }
    }

    private func run() async throws {
        try await SupervisorProcess.run(configuration, on: sandbox, log: log) { supervisor in
            try await firstStart(supervisor)
            try await massFailover(supervisor)
            try await fewFail()
            row("most megabytes resident", String(format: "%.0f", supervisor.peakMegabytes))
        }
        let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
        let failed = lines.filter { $0.contains("operation failed") || $0.contains("left out of more groups") }
        row("lines of operations that failed", "\(failed.count)", goal: "0")
        for line in failed.prefix(5) { print("    \(line)") }
        let doubts = lines.count { $0.contains("probes are doubted") }
        row("times that the supervisor doubted its probes, and moved nothing", "\(doubts)")
    }

    private var configuration: String {
        // As it is by default: unsaid, it would be warned of in each group.
        let timing = "periodSeconds: \(Self.period), fastPeriodSeconds: 1"
        let probe = "httpGet: {path: /healthz, port: \(Self.port)}, \(timing)"
        let entries = (0..<groups).map { group in
            let importance = group == Self.important ? ", failover: {importance: 1000}" : ""
            return "- {name: g\(group), service: g\(group), probe: {\(probe)}\(importance)}\n"
        }
        return "groups:\n" + entries.joined()
    }

    // MARK: Rows

    private func firstStart(_ supervisor: SupervisorProcess) async throws {
        let start = ContinuousClock.now
        let (times, writes) = try await wait(for: 0..<groups, since: start, insteadOf: [:])
        try await report("first start", times, writes: writes, lines: nil)
    }

    private func massFailover(_ supervisor: SupervisorProcess) async throws {
        let before = await timeline.members
        let lines = lineCount
        pods.fail(failing(before.filter { $0.key != Self.important }))
        let start = ContinuousClock.now
        async let important = moveOfTheImportant(since: start, insteadOf: before)
        let (times, writes) = try await wait(for: 1..<groups, since: start, insteadOf: before)
        let time = try await important
        row("the important group, deleted in the middle: active again after", Self.text(time), goal: "1 s")
        try await report("mass failover", times, writes: writes, lines: lines)
    }

    /// Deletes its active pod when half of the others have moved.
    private func moveOfTheImportant(
        since start: ContinuousClock.Instant,
        insteadOf before: [Int: Int]
    ) async throws -> Duration {
        while await timeline.times(of: 1..<groups, since: start, insteadOf: before).count < groups / 2 {
            try await pause()
        }
        let member = before[Self.important] ?? 0
        let deletion = ContinuousClock.now
        try await sandbox.send("DELETE", "\(SampleGroups.pods)/g\(Self.important)-\(member)", as: "operator")
        let one = Self.important..<Self.important + 1
        while true {
            if let time = await timeline.times(of: one, since: deletion, insteadOf: before).first { return time }
            try await pause()
        }
    }

    private func fewFail() async throws {
        pods.fail([])
        try await Task.sleep(for: .seconds(3 * Self.period))
        let few = 1..<1 + min(300, groups / 3)
        let before = await timeline.members
        pods.fail(failing(before.filter { few.contains($0.key) }))
        let start = ContinuousClock.now
        let (times, _) = try await wait(for: few, since: start, insteadOf: before)
        // The intent, the demotion, the promotion.
        let goal = Self.detection + .seconds(1.2 * Double(3 * few.count) / Double(Self.rate))
        row("\(few.count) groups fail: until all have moved", Self.text(times.last ?? .zero), goal: Self.text(goal))
    }

    private func failing(_ actives: [Int: Int]) -> Set<Int> {
        Set(actives.map { $0.key * SampleGroups.size + $0.value })
    }

    /// Waits until all of these groups have another active pod; when each had it, and the writes until then.
    private func wait(
        for range: Range<Int>,
        since start: ContinuousClock.Instant,
        insteadOf before: [Int: Int]
    ) async throws -> (times: [Duration], writes: Int) {
        let first = await timeline.writes
        while true {
            let times = await timeline.times(of: range, since: start, insteadOf: before)
            if times.count == range.count { return (times, await timeline.writes - first) }
            guard .now - start < .seconds(600) else {
                throw Peer.Failed(description: "\(range.count - times.count) groups have not moved")
            }
            try await pause()
        }
    }

    private func report(_ name: String, _ times: [Duration], writes: Int, lines: Int?) async throws {
        let (half, all) = (times[times.count / 2], times.last ?? .zero)
        // What is written when nothing urgent waits.
        while await timeline.lastWrite > .now - .seconds(3) { try await pause() }
        if let lines {
            row(
                "\(name): lines of the log a group",
                String(format: "%.2f", Double(lineCount - lines) / Double(groups)),
                goal: "6"
            )
        }
        let bare = try await bareClient(writes)
        row("\(name): until every group has its active pod", "\(Self.text(all)), \(writes) writes")
        row("\(name): the same number of writes by a bare client", Self.text(bare))
        row("\(name): ratio", String(format: "%.2f", all / bare), goal: "1.2")
        row("\(name): the first half of the groups, of the time", String(format: "%.2f", half / all), goal: "0.6")
    }

    /// The same kind of connection, and nothing but writes; of Leases that the supervisor does not watch.
    private func bareClient(_ writes: Int) async throws -> Duration {
        let start = ContinuousClock.now
        try await sandbox.inParallel(writes) { [sandbox] number in
            let patch: JSONValue = ["metadata": ["annotations": ["bare": .string("\(number)")]]]
            try await sandbox.send("PATCH", "\(Self.leases)/bare-\(number % Self.bareLeases)", patch)
        }
        return .now - start
    }

    private var lineCount: Int {
        ((try? Data(contentsOf: log)) ?? Data()).count { $0 == UInt8(ascii: "\n") }
    }

    private func pause() async throws {
        try await Task.sleep(for: .milliseconds(20))
    }

    private func row(_ name: String, _ text: String, goal: String? = nil) {
        print(
            "  \(name.padding(toLength: 66, withPad: " ", startingAt: 0))  \(text)\(goal.map { " (goal \($0))" } ?? "")"
        )
        fflush(nil)
    }

    private static func text(_ duration: Duration) -> String { String(format: "%.2f s", duration / .seconds(1)) }
}
