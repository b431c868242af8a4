import Foundation

/// Every benchmark, or those that are named: `dashboard`, `engine`, `failover`, `foreign`, `gap`, `leadership`, `mass`, `sandbox`, `scale`,
/// `slices`, `validate`.
@main
struct Benchmarks {
    /// Runs what the arguments name; ends with 1, and says why, if that fails.
    static func main() async {
        do {
            try await run()
        } catch {
            FileHandle.standardError.write(Data("kube-standby-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() async throws {
        let wanted = CommandLine.arguments.dropFirst()
        if wanted.first == "engine-run", let engine = EngineRun(Array(wanted.dropFirst())) {
            return try await engine.run()
        }
        if wanted.first == "soak", let soak = Soak(Array(wanted.dropFirst())) { return try await soak.run() }
        if wanted.isEmpty || wanted.contains("engine") { try await EngineBenchmark.run() }
        // `dashboard 1000`: so many groups.
        if wanted.isEmpty || wanted.contains("dashboard") {
            try await DashboardBenchmark.run(groups: wanted.compactMap { Int($0) }.first ?? 5000)
        }
        if wanted.isEmpty || wanted.contains("scale") { try await ScaleBenchmark.run() }
        if wanted.isEmpty || wanted.contains("foreign") { try await ForeignBenchmark.run() }
        if wanted.isEmpty || wanted.contains("failover") { try await FailoverBenchmark.run() }
        if wanted.isEmpty || wanted.contains("gap") {
            // `gap 100`: the moves.
            try await GapBenchmark.run(moves: wanted.compactMap { Int($0) }.first ?? 500)
        }
        if wanted.isEmpty || wanted.contains("leadership") {
            // `leadership 3000`: the groups that are shared out.
            try await LeadershipBenchmark.run(sharedGroups: wanted.compactMap { Int($0) }.first)
        }
        // `mass 200`: so many groups.
        if wanted.isEmpty || wanted.contains("mass") {
            try await MassBenchmark.run(groups: wanted.compactMap { Int($0) }.first)
        }
        // `mass` runs it, too; `slices` alone.
        if wanted.isEmpty || wanted.contains("mass") || wanted.contains("slices") {
            try await SliceMassBenchmark.run(groups: wanted.compactMap { Int($0) }.first)
        }
        if wanted.isEmpty || wanted.contains("validate") { try await ValidateBenchmark.run() }
        if wanted.isEmpty || wanted.contains("sandbox") { try await SandboxBenchmark.run() }
    }
}
