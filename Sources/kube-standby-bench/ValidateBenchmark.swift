import Foundation
import Subprocess
import SystemPackage

/// `validate` of 10,000 groups, beside libyaml's own events in C and PyYAML, each from start to exit, in turns.
struct ValidateBenchmark {
    /// One contestant.
    private struct Contestant: Sendable {
        var name: String
        var command: [String]
        /// How often it runs; slow ones run less.
        var rounds: Int
    }

    private static let groups = 10_000

    static func run() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString).yaml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path(percentEncoded: false)
        let size = String(format: "%.1f MB, %d lines", Double(text.utf8.count) / 1e6, text.split(separator: "\n").count)
        print("\nvalidate of \(groups) groups (\(size)), start to exit, in turns (ms)")
        let contestants = contestants(path)
        var times: [String: [Duration]] = [:]
        var memory: [String: Int] = [:]
        for round in 0..<(contestants.map(\.rounds).max() ?? 0) {
            for contestant in contestants where round < contestant.rounds {
                let before = childrenPeak
                times[contestant.name, default: []].append(try await time(contestant.command))
                // The peak of all children so far is this one's only if it rose.
                if childrenPeak > before { memory[contestant.name] = childrenPeak }
            }
        }
        report(contestants, times, memory)
    }

    private static func contestants(_ path: String) -> [Contestant] {
        let own = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kube-standby")
        let peers = ProcessInfo.processInfo.environment["KUBE_STANDBY_PEERS"] ?? ""
        let python = { (expression: String) in
            ["\(peers)/pyyaml", "-c", "import sys, yaml; f = open(sys.argv[1]); \(expression)", path]
        }
        let all = [
            Contestant(name: "libyaml's events, in C", command: ["\(peers)/yaml-events", path], rounds: 9),
            Contestant(name: "kube-standby validate", command: [own.path(), "validate", path], rounds: 9),
            Contestant(
                name: "PyYAML, events only",
                command: python("sum(1 for _ in yaml.parse(f, yaml.CSafeLoader))"),
                rounds: 3
            ),
            Contestant(name: "PyYAML, CSafeLoader", command: python("yaml.load(f, yaml.CSafeLoader)"), rounds: 3),
        ]
        return all.filter { contestant in
            let isThere = FileManager.default.isExecutableFile(atPath: contestant.command[0])
            if !isThere { print("\(contestant.name): \(contestant.command[0]) is not there; make bench puts it there") }
            return isThere
        }
    }

    private static func time(_ command: [String]) async throws -> Duration {
        let start = ContinuousClock.now
        let result = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            output: .discarded
        )
        let elapsed = ContinuousClock.now - start
        guard result.terminationStatus.isSuccess else { throw Failed(command: command) }
        return elapsed
    }

    private struct Failed: Error {
        var command: [String]
    }

    /// Megabytes that the largest child so far needed.
    private static var childrenPeak: Int {
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_CHILDREN.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }

    private static func report(_ contestants: [Contestant], _ times: [String: [Duration]], _ memory: [String: Int]) {
        let sorted = times.mapValues { $0.sorted() }
        let median = { (name: String) in sorted[name].map { $0[$0.count / 2] / .milliseconds(1) } ?? .nan }
        for contestant in contestants {
            let name = contestant.name
            let fastest = (sorted[name]?.first ?? .zero) / .milliseconds(1)
            let megabytes = memory[name].map { "  \($0) MB" } ?? ""
            let padded = name.padding(toLength: 26, withPad: " ", startingAt: 0)
            print(String(format: "%@ median %7.0f  fastest %7.0f%@", padded, median(name), fastest, megabytes))
        }
        let own = median("kube-standby validate")
        print(String(format: "against libyaml's events: %.2f (goal: 3)", own / median("libyaml's events, in C")))
        print(String(format: "PyYAML's CSafeLoader against it: %.1f (goal: 25)", median("PyYAML, CSafeLoader") / own))
    }

    /// Twenty lines a group.
    private static var text: String {
        let head = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            defaults:
              probe:
                periodSeconds: 2
                timeoutSeconds: 1
            groups:

            """
        return head
            + (0..<groups).map { index in
                """
                  - name: group-\(index)
                    namespace: team-\(index % 100)
                    service: service-\(index)
                    selector:
                      matchLabels:
                        app: app-\(index)
                        tier: backend
                    probe:
                      httpGet:
                        path: /health/ready
                        port: 8080
                      periodSeconds: 5
                      timeoutSeconds: 2
                      failureThreshold: 3
                    priorities:
                      - pod: app-\(index)-0
                        priority: 200
                    failover:
                      order: DemoteFirst
                      delaySeconds: 0

                """
            }.joined()
    }
}
