import Foundation
import Subprocess
import SystemPackage

/// The probe engine beside its peers, in turns, against the same server; medians of ratios.
struct EngineBenchmark {
    private static let port = 18_080
    private static let rounds = 3
    private static var peers: String { ProcessInfo.processInfo.environment["KUBE_STANDBY_PEERS"] ?? "" }

    static func run() async throws {
        print("\nprobe engine, in turns with its peers; the server on one core, the prober on another")
        try await Peer.run(["\(peers)/health-server", "\(port)"], core: 0, readiness: "ready") { _ in
            try await instructions()
            try await slowRound()
            try await fastRound("10,000 checks/s, keepAlive, against HAProxy's", mode: "keep", .http, goal: 0.85)
            try await fastRound("10,000 checks/s, TCP, against HAProxy's", mode: "tcp", .tcp, goal: 0.8)
            try await flatness()
            try await strangers()
            try await commands()
            try await punctuality()
        }
    }

    // MARK: Rows

    /// User instructions for each probe, from two run lengths, against the same design in C.
    private static func instructions() async throws {
        for mode in ["new", "keep"] {
            let own = try await instructionsPerProbe {
                ["\(peers)/engine", "engine-run", mode, "255", "100", "\($0)", "\(port)"]
            }
            let plain = try await instructionsPerProbe { ["\(peers)/prober", mode, "255", "100", "\($0)", "\(port)"] }
            let text = String(format: "%.0f and %.0f", own, plain)
            row("instructions a probe, \(mode), against C", text, ratio: own / plain, goal: 1.05)
        }
    }

    private static func instructionsPerProbe(_ command: (Int) -> [String]) async throws -> Double {
        let short = try await callgrind(command(1000))
        let long = try await callgrind(command(16_000))
        return (long.instructions - short.instructions) / (long.probes - short.probes)
    }

    private static func callgrind(_ command: [String]) async throws -> (instructions: Double, probes: Double) {
        let outcome = try await Subprocess.run(
            .name("valgrind"),
            arguments: Arguments(["--tool=callgrind", "--callgrind-out-file=/dev/null"] + command),
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 20)
        )
        let total = outcome.standardOutput.firstMatch(of: /total=([0-9]+)/).flatMap { Double($0.1) }
        let probes = total ?? Double(outcome.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))
        let collected = outcome.standardError.firstMatch(of: /Collected : ([0-9]+)/).flatMap { Double($0.1) }
        guard let probes, let collected else {
            throw Peer.Failed(description: "\(command): \(outcome.standardOutput) \(outcome.standardError.suffix(500))")
        }
        return (collected, probes)
    }

    private static func slowRound() async throws {
        var (own, theirs, loads, ownMemory, memory): ([Double], [Double], [Double], [Double], [Double]) = (
            [], [], [], [], []
        )
        for _ in 0..<rounds {
            let result = try await EngineResult.measure(["new", "10000", "10000", "20000", "\(port)"])
            let peer = try await HAProxy(check: .http, targets: 10_000, period: .seconds(10), port: port).measure(
                window: .seconds(20)
            )
            own.append(result.cost)
            loads.append(result.load)
            ownMemory.append(result["rss_mb"])
            theirs.append(peer.cost)
            memory.append(peer.memory)
        }
        let ratios = zip(own, theirs).map { $0 / $1 }
        let text = String(format: "%.0f and %.0f us, %.0f %% of a core", median(own), median(theirs), median(loads))
        row("10,000 targets, 10 s, new, against HAProxy's", text, ratio: median(ratios), goal: 1.0)
        print(String(format: "    memory: engine %.0f MB, HAProxy %.0f MB", median(ownMemory), median(memory)))
    }

    private static func fastRound(_ name: String, mode: String, _ check: HAProxy.Check, goal: Double) async throws {
        var (own, theirs): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            own.append(try await EngineResult.measure([mode, "10000", "1000", "50000", "\(port)"]).cost)
            let peer = HAProxy(check: check, targets: 10_000, period: .seconds(1), port: port)
            theirs.append(try await peer.measure(window: .seconds(5)).cost)
        }
        let text = String(format: "%.0f and %.0f us", median(own), median(theirs))
        row(name, text, ratio: median(zip(own, theirs).map { $0 / $1 }), goal: goal)
    }

    private static func flatness() async throws {
        for mode in ["new", "keep"] {
            var (few, many): ([Double], [Double]) = ([], [])
            for _ in 0..<rounds {
                few.append(try await EngineResult.measure([mode, "100", "100", "10000", "\(port)"]).cost)
                many.append(try await EngineResult.measure([mode, "10000", "10000", "10000", "\(port)"]).cost)
            }
            let text = String(format: "%.0f and %.0f us", median(many), median(few))
            row(
                "10,000 targets against 100, 1,000/s, \(mode)",
                text,
                ratio: median(zip(many, few).map { $0 / $1 }),
                goal: 1.5
            )
        }
    }

    private static func strangers() async throws {
        let own = try await EngineResult.measure(["new", "1000", "1000", "5000", "\(port)"]).cost
        let exporter = try await BlackboxExporter(port: port).cost(probes: 3000)
        row(
            "against blackbox-exporter",
            String(format: "%.0f and %.0f us", own, exporter),
            ratio: own / exporter,
            goal: 1.0 / 3
        )
        let curl = try await costOfCurl(times: 200)
        row(
            "against fork and exec of curl",
            String(format: "%.0f and %.0f us", own, curl),
            ratio: own / curl,
            goal: 1.0 / 75
        )
    }

    /// Commands beside the supervisor, the children's own time included; no goal, only what it costs.
    private static func commands() async throws {
        let result = try await EngineResult.measure(["exec", "200", "1000", "2000", "\(port)"])
        let text = String(format: "%.0f us each, %.1f %% of a core", result.cost, result.load)
        line("  \(pad("200 commands/s beside the supervisor, /bin/true"))  \(text)")
    }

    private static func costOfCurl(times: Int) async throws -> Double {
        let before = childrenTime
        for _ in 0..<times {
            _ = try await Subprocess.run(
                .name("curl"),
                arguments: ["-s", "-I", "-o", "/dev/null", "http://127.1.0.1:\(port)/healthz"],
                output: .discarded
            )
        }
        return (childrenTime - before) / Double(times)
    }

    /// Microseconds of processor time of all children that have ended.
    private static var childrenTime: Double {
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_CHILDREN.rawValue), &usage)
        let micros = { (time: timeval) in Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }
        return micros(usage.ru_utime) + micros(usage.ru_stime)
    }

    private static func punctuality() async throws {
        let calm = try await EngineResult.measure(["new", "10000", "10000", "20000", "\(port)"])
        let hung = try await EngineResult.measure(["hung", "10000", "10000", "20000", "\(port)"])
        let grown = try await EngineResult.measure(["grown", "10000", "10000", "20000", "\(port)"])
        for (name, result) in [
            ("1,000 probes/s", calm), ("the same, a tenth of the targets hang", hung), ("10,000 targets added", grown),
        ] {
            let text = String(
                format: "median %.0f, p99 %.0f, most %.0f ms late",
                result["late_p50_ms"],
                result["late_p99_ms"],
                result["late_max_ms"]
            )
            line("  \(pad(name))  \(text)")
        }
    }

    // MARK: Words

    /// Prints a line that is seen at once, also in a file.
    private static func line(_ text: String) {
        print(text)
        fflush(nil)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func pad(_ text: String) -> String { text.padding(toLength: 48, withPad: " ", startingAt: 0) }

    private static func row(_ name: String, _ text: String, ratio: Double, goal: Double) {
        line("  \(pad(name))  \(String(format: "%.3f", ratio)) (goal \(String(format: "%.3f", goal)))  \(text)")
    }
}
