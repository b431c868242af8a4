import Foundation

/// The whole supervisor with thousands of groups: how soon it probes, and what it takes when nothing happens.
///
/// The sandbox and the pods' server share one core, the supervisor has another.
struct ScaleBenchmark {
    private static let port = 18_080
    private static let rounds = 3
    private static var peers: String { ProcessInfo.processInfo.environment["KUBE_STANDBY_PEERS"] ?? "" }

    static func run() async throws {
        print("\nthe whole supervisor; the sandbox and the pods on one core, the supervisor on another")
        try await idle()
        try await Peer.run(["\(peers)/health-server", "\(port)"], core: 0, readiness: "ready") { _ in
            try await standing(groups: 3333)
        }
        try await starting(groups: 10_000)
    }

    // MARK: Rows

    /// From start to the first answer, with no group to care for.
    private static func idle() async throws {
        try await SandboxProcess.run { sandbox in
            var times: [Duration] = []
            var memory: [Double] = []
            for _ in 0..<rounds * 3 {
                let (time, megabytes) = try await SupervisorProcess.run("groups: []", on: sandbox) {
                    (try await $0.firstAnswer(), $0.megabytes)
                }
                times.append(time)
                memory.append(megabytes)
            }
            row("no group: start to the first answer", milliseconds(times), goal: "50 ms")
            row("no group: memory", String(format: "%.0f MB", median(memory)), goal: "32 MB")
        }
    }

    /// What 10,000 targets take once everything is known.
    private static func standing(groups: Int) async throws {
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: groups, address: EngineRun.address).fill(sandbox)
            // The first start writes every group's record.
            for (start, keepAlive, goal) in [
                ("first start", false, "90 MB"), ("later start", false, "90 MB"), ("later start", true, "130 MB"),
            ] {
                let text = configuration(groups: groups, keepAlive: keepAlive)
                try await SupervisorProcess.run(text, on: sandbox) { supervisor in
                    // Three rounds: every pod was probed, and every connection was opened.
                    try await supervisor.wait(probes: 3 * groups * SampleGroups.size)
                    let (cpu, begin) = (supervisor.cpu, ContinuousClock.now)
                    try await Task.sleep(for: .seconds(20))
                    let load = (supervisor.cpu - cpu) / (ContinuousClock.now - begin) * 100
                    let name = "\(groups) groups, 10 s, \(keepAlive ? "keepAlive" : "new"), \(start)"
                    let text = String(format: "%.0f MB, %.1f %% of a core", supervisor.megabytes, load)
                    row(name, text, goal: goal)
                }
            }
        }
    }

    /// From start to the first probe.
    private static func starting(groups: Int) async throws {
        try await SandboxProcess.run { sandbox in
            try await SampleGroups(count: groups, address: EngineRun.address).fill(sandbox)
            var times: [Duration] = []
            for _ in 0..<rounds {
                let text = configuration(groups: groups, keepAlive: false)
                let time = try await FirstConnection.run(port: port) { peers in
                    try await SupervisorProcess.run(text, on: sandbox) { try await peers.time() - $0.start }
                }
                times.append(time)
            }
            row("\(groups) groups: start to the first probe", milliseconds(times), goal: "400 ms")
            try await scraping(groups, sandbox)
        }
    }

    /// What Prometheus costs that asks every 15 s: 5 % of a core are 750 ms.
    private static func scraping(_ groups: Int, _ sandbox: SandboxProcess) async throws {
        // So long a period that probes take nothing.
        let text = configuration(groups: groups, keepAlive: false, period: 3600)
        try await SupervisorProcess.run(text, on: sandbox) { supervisor in
            _ = try await supervisor.ready()
            try await Task.sleep(for: .seconds(60))
            let (cpu, bytes) = try await supervisor.scrape(times: 10)
            let text = String(format: "%.0f ms of processor time, %.1f MB", cpu / .milliseconds(1), Double(bytes) / 1e6)
            row("\(groups) groups: a scrape", text, goal: "750 ms")
        }
    }

    // MARK: Words

    private static func configuration(groups: Int, keepAlive: Bool, period: Int = 10) -> String {
        let probe = "{path: /healthz, port: \(port), keepAlive: \(keepAlive)}"
        let entries = (0..<groups).map {
            "- {name: g\($0), service: g\($0), probe: {httpGet: \(probe), periodSeconds: \(period)}}\n"
        }
        return "groups:\n" + entries.joined()
    }

    private static func row(_ name: String, _ text: String, goal: String) {
        print("  \(name.padding(toLength: 48, withPad: " ", startingAt: 0))  \(text) (goal \(goal))")
        fflush(nil)
    }

    private static func milliseconds(_ times: [Duration]) -> String {
        let sorted = times.map { $0 / .milliseconds(1) }.sorted()
        return String(format: "median %.0f, most %.0f ms", median(sorted), sorted.last ?? 0)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
