import Foundation
import Leadership

/// How soon somebody leads again, what a rolling restart costs, and how even shards are.
///
/// The sandbox is on one core, all replicas are on another; the pods' servers run beside.
struct LeadershipBenchmark {
    private static let port = 18_081
    private static let peerPort = 18_080
    private static var peers: String { ProcessInfo.processInfo.environment["KUBE_STANDBY_PEERS"] ?? "" }

    /// `sharedGroups`: how many groups are shared out; nil: 10,000.
    static func run(sharedGroups: Int?) async throws {
        print("\nreplicas: the sandbox on one core, all replicas on another, default timing (15, 10, 2 s)")
        try await succession()
        try await rollingRestart(groups: 1000)
        let groups = sharedGroups ?? 10_000
        try await Peer.run(["\(peers)/health-server", "\(peerPort)"], core: 0, readiness: "ready") { _ in
            try await sharing(groups: groups)
        }
    }

    // MARK: Takeovers

    /// From the end of the leader to the next one's hold of the Lease.
    private static func succession() async throws {
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: 1) { _ in "127.0.0.1" }.fill(sandbox)
            try await LeaseTimeline.run(on: sandbox) { timeline in
                let text = configuration(groups: 1, port: 9, period: 10)
                try await ReplicaProcesses.run(text, [], on: sandbox) { replicas in
                    try await replicas.start("a-0")
                    try await replicas.start("b-0")
                    let graceful = try await takeovers(10, by: SIGTERM, replicas, timeline, letter: "g")
                    row("graceful: SIGTERM to the next holder", graceful, goal: "1 s")
                    let crash = try await takeovers(6, by: SIGKILL, replicas, timeline, letter: "k")
                    row("crash: SIGKILL to the next holder", crash, goal: "17.5 s")
                }
            }
        }
    }

    private static func takeovers(
        _ rounds: Int,
        by signal: Int32,
        _ replicas: ReplicaProcesses,
        _ timeline: LeaseTimeline,
        letter: String
    ) async throws -> [Duration] {
        var times: [Duration] = []
        for round in 0..<rounds {
            try await replicas.wait(for: "a leader") { await timeline.takenSince(otherThan: []) != nil }
            guard let leader = await timeline.takenSince(otherThan: [])?.holder else { continue }
            // Deaths strike at any time between two renewals.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<5000)))
            let start = ContinuousClock.now
            try await replicas.end(leader, by: signal)
            try await replicas.wait(for: "the next leader") {
                await timeline.takenSince(otherThan: [leader]) != nil
            }
            if let next = await timeline.takenSince(otherThan: [leader]) { times.append(next.time - start) }
            try await replicas.start("\(letter)-\(round)")
        }
        return times
    }

    // MARK: A rolling restart

    private static func rollingRestart(groups: Int) async throws {
        let period = 2
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: groups, address: EngineRun.address).fill(sandbox)
            try await ProbedPods.run(count: groups, port: port) { pods in
                try await LeaseTimeline.run(on: sandbox) { timeline in
                    let text = configuration(groups: groups, port: port, period: period)
                    try await ReplicaProcesses.run(text, ["--shards", "12"], on: sandbox) { replicas in
                        for name in ["a", "b", "c"] { try await replicas.start(name) }
                        try await settle(replicas, timeline, shards: 12, records: groups)
                        try await replicas.wait(for: "all groups to be probed") { pods.probed == groups }
                        await timeline.mark()
                        pods.mark()
                        try await Task.sleep(for: .seconds(20))
                        let name = "\(groups) groups of three, period \(period) s, three replicas, 12 shards"
                        row("\(name): longest silence, 20 s at rest", [pods.longestSilence], goal: "\(period) s")
                        let start = ContinuousClock.now
                        pods.mark()
                        for (old, new) in [("a", "d"), ("b", "e"), ("c", "f")] {
                            try await replicas.start(new)
                            try await replicas.end(old, by: SIGTERM)
                        }
                        row("the same, a rolling restart: how long it took", [ContinuousClock.now - start])
                        try await settle(replicas, timeline, shards: 12, records: groups)
                        try await Task.sleep(for: .seconds(2 * period))
                        row("longest time that a shard was nobody's", [await timeline.longestVacancy(since: start)])
                        row("longest silence", [pods.longestSilence], goal: "\(period) + 3 s")
                        print("    groups whose role moved: \(await timeline.movedGroups) (goal 0)")
                        fflush(nil)
                    }
                }
            }
        }
    }

    /// Waits until all shards are held, as even as can be, and every group has its record.
    private static func settle(
        _ replicas: ReplicaProcesses,
        _ timeline: LeaseTimeline,
        shards: Int,
        records: Int
    ) async throws {
        let names = await Set(replicas.names)
        try await replicas.wait(for: "\(names.count) replicas to share \(shards) shards out") {
            let holders = await timeline.holders
            let shares = Dictionary(grouping: holders.values) { $0 }.mapValues(\.count)
            let isEven = shares.values.allSatisfy { $0 >= shards / names.count }
            let known = await timeline.records
            return holders.count == shards && Set(shares.keys) == names && isEven && known >= records
        }
    }

    // MARK: Sharing

    private static func sharing(groups: Int) async throws {
        let shards = 16
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: groups, address: EngineRun.address).fill(sandbox)
            try await LeaseTimeline.run(on: sandbox) { timeline in
                let text = configuration(groups: groups, port: peerPort, period: 10)
                // The first start writes every group's record.
                for count in [1, 1, 2, 4] {
                    try await ReplicaProcesses.run(text, ["--shards", "\(shards)"], on: sandbox) { replicas in
                        for number in 0..<count { try await replicas.start("\(count)-\(number)") }
                        try await settle(replicas, timeline, shards: shards, records: groups)
                        try await measure(replicas, timeline, groups: groups, shards: shards)
                    }
                }
            }
        }
    }

    private static func measure(
        _ replicas: ReplicaProcesses,
        _ timeline: LeaseTimeline,
        groups: Int,
        shards: Int
    ) async throws {
        let names = await replicas.names
        let held = await groupsHeld(timeline, groups: groups, shards: shards)
        // Three rounds from now: every pod was probed, however busy the machine is.
        let start = try await probes(replicas, names)
        try await replicas.wait(for: "three rounds of probes") {
            try await Task.sleep(for: .seconds(1))
            let now = (try? await probes(replicas, names)) ?? start
            return zip(names, zip(now, start)).allSatisfy { name, counts in
                counts.0 - counts.1 >= 3 * SampleGroups.size * (held[name] ?? 0)
            }
        }
        let before = try await probes(replicas, names)
        try await Task.sleep(for: .seconds(20))
        let rates = zip(try await probes(replicas, names), before).map { Double($0 - $1) / 20 }
        var memory: [Double] = []
        for name in names { memory.append(await replicas.megabytes(of: name)) }
        print("  \(groups) groups of three, period 10 s, \(shards) shards, \(names.count) replicas:")
        even("groups", names.map { Double(held[$0] ?? 0) })
        even("probes a second", rates)
        even("MB", memory)
        fflush(nil)
    }

    /// How many groups each replica holds.
    private static func groupsHeld(_ timeline: LeaseTimeline, groups: Int, shards: Int) async -> [String: Int] {
        let holders = await timeline.holders
        let map = ShardMap(count: shards)
        var held: [String: Int] = [:]
        for group in 0..<groups {
            let shard = map.shard(namespace: "default", name: "g\(group)")
            if let holder = holders["kube-standby.shard-\(shard)-of-\(shards)"] { held[holder, default: 0] += 1 }
        }
        return held
    }

    /// How many probes of each replica have succeeded; a busy one is asked again.
    private static func probes(_ replicas: ReplicaProcesses, _ names: [String]) async throws -> [Int] {
        var counts: [Int] = []
        for name in names {
            let metric = "kube_standby_probes_total{type=\"http\",result=\"success\"}"
            var count: Int?
            for _ in 0..<6 where count == nil { count = try await replicas.metric(metric, of: name) }
            guard let count else { throw Peer.Failed(description: "\(name) tells no metrics") }
            counts.append(count)
        }
        return counts
    }

    // MARK: Words

    private static func configuration(groups: Int, port: Int, period: Int) -> String {
        // A period that differs from the kubelet's would be warned of, a thousand times over.
        let timing = "periodSeconds: \(period), fastPeriodSeconds: \(period)"
        let entries = (0..<groups).map {
            "- {name: g\($0), service: g\($0), probe: {httpGet: {path: /healthz, port: \(port)}, \(timing)}}\n"
        }
        return "groups:\n" + entries.joined()
    }

    private static func even(_ what: String, _ values: [Double]) {
        let mean = values.reduce(0, +) / Double(values.count)
        let most = values.map { abs($0 - mean) / max(mean, 1) * 100 }.max() ?? 0
        let text = values.map { String(format: "%.0f", $0) }.joined(separator: ", ")
        print("    \(what): \(text); at most \(String(format: "%.1f", most)) % from even (goal 10 %)")
    }

    private static func row(_ name: String, _ times: [Duration], goal: String? = nil) {
        let sorted = times.map { $0 / .seconds(1) }.sorted()
        let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        let text =
            sorted.count == 1
            ? String(format: "%.3f s", median)
            : String(format: "median %.3f, most %.3f s of %d", median, sorted.last ?? 0, sorted.count)
        print("  \(name): \(text)\(goal.map { " (goal \($0))" } ?? "")")
        fflush(nil)
    }
}
