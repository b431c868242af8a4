import Foundation
import Subprocess
import SystemPackage

/// What one `engine-run` measured of itself.
struct EngineResult: Sendable {
    private let values: [String: Double]

    /// Runs the engine in a process of its own, on one core.
    static func measure(_ arguments: [String], core: Int = 1) async throws -> EngineResult {
        let outcome = try await Subprocess.run(
            .name("taskset"),
            arguments: Arguments(["-c", "\(core)", CommandLine.arguments[0], "engine-run"] + arguments),
            output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16)
        )
        guard outcome.terminationStatus.isSuccess, let result = EngineResult(outcome.standardOutput) else {
            throw Peer.Failed(
                description: "engine-run \(arguments): \(outcome.standardOutput) \(outcome.standardError)"
            )
        }
        return result
    }

    /// Reads `name=number` pairs; nil if there are none.
    private init?(_ line: String) {
        let pairs = line.split(whereSeparator: \.isWhitespace).map { $0.split(separator: "=", maxSplits: 1) }
        values = Dictionary(
            pairs.compactMap { pair in
                pair.count == 2 ? Double(pair[1]).map { (String(pair[0]), $0) } : nil
            },
            uniquingKeysWith: { $1 }
        )
        if values.isEmpty { return nil }
    }

    /// The value of that name; not a number if there is none.
    subscript(name: String) -> Double { values[name] ?? .nan }

    /// Microseconds of processor time for each probe.
    var cost: Double { (self["user_us"] + self["system_us"]) / self["probes"] }

    /// The part of one core that was used, in percent.
    var load: Double { (self["user_us"] + self["system_us"]) / self["seconds"] / 1e4 }
}
