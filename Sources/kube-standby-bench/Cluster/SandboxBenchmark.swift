import Foundation
import Sandbox
import Transport

/// The sandbox, on one core, with 10,000 groups of three pods: lists, a watch, and 500 patches a second.
struct SandboxBenchmark {
    private static let groups = 10_000
    private static let patchesPerSecond = 500
    private static let seconds = 10

    static func run() async throws {
        try await SandboxProcess.run { sandbox in
            print("\nthe sandbox on one core: \(groups) groups of three pods")
            try await fill(sandbox)
            try await list(sandbox)
            try await patch(sandbox)
        }
    }

    // MARK: Filling

    private static func fill(_ sandbox: SandboxProcess) async throws {
        let before = sandbox.usage
        let start = ContinuousClock.now
        let sample = SampleGroups(count: groups) { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)" }
        try await sample.fill(sandbox)
        let elapsed = ContinuousClock.now - start
        let (writes, cpu) = (sample.writes, sandbox.usage.cpu - before.cpu)
        print(
            "filled: \(writes) writes in \(text(elapsed)), \(Int(Double(writes) / (elapsed / .seconds(1)))) a second,"
        )
        print("        \(text(cpu / writes * 1000)) of CPU per 1000, \(sandbox.usage.memory) MB resident")
    }

    private static var pods: String { SampleGroups.pods }

    // MARK: Lists

    private static func list(_ sandbox: SandboxProcess) async throws {
        for query in ["", "?limit=500"] {
            let before = sandbox.usage
            var elapsed = Duration.zero
            var (items, bytes, pages) = (0, 0, 0)
            var token: String? = ""
            while let next = token {
                let start = ContinuousClock.now
                let body = try await sandbox.send("GET", pods + query + (next.isEmpty ? "" : "&continue=\(next)"))
                elapsed += .now - start
                bytes += body.count
                pages += 1
                items += count(of: Array("\"podIP\"".utf8), in: body)
                token = continuation(of: body)
            }
            let cpu = text(sandbox.usage.cpu - before.cpu)
            print("list of \(items) pods, \(pages) pages: \(text(elapsed)), \(cpu) of CPU, \(bytes / 1_000_000) MB")
        }
    }

    /// Reading 40 MB into a tree would measure us.
    private static func count(of pattern: [UInt8], in body: [UInt8]) -> Int {
        var (count, start) = (0, body.startIndex)
        while let found = body[start...].firstRange(of: pattern) {
            count += 1
            start = found.upperBound
        }
        return count
    }

    private static func continuation(of body: [UInt8]) -> String? {
        let key = Array("\"continue\":\"".utf8)
        guard let found = body.prefix(500).firstRange(of: key) else { return nil }
        return String(decoding: body[found.upperBound...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    // MARK: Patches

    private static func patch(_ sandbox: SandboxProcess) async throws {
        let total = patchesPerSecond * seconds
        let stream = try await sandbox.watch(pods + "?watch=true&resourceVersion=\(try await sandbox.version())")
        let before = sandbox.usage
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            group.addTask {
                try await waitForEvents(stream, count: total)
                return []
            }
            for number in 0..<total {
                group.addTask {
                    try await Task.sleep(until: start + .seconds(1) * number / patchesPerSecond)
                    let sent = ContinuousClock.now
                    let pod = "\(pods)/g\(number % groups)-\(number / groups + 1)"
                    try await sandbox.send("PATCH", pod, ["metadata": ["labels": ["role": "active"]]])
                    return [.now - sent]
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = ContinuousClock.now - start
        let cpu = sandbox.usage.cpu - before.cpu
        let sorted = latencies.sorted()
        print("\(total) patches at \(patchesPerSecond) a second, every one seen by a watch, after \(text(elapsed)):")
        print(
            "        answer after \(text(sorted[total / 2])) median, \(text(sorted[total * 99 / 100])) p99;"
                + " \(Int(cpu / elapsed * 100)) % of the core, \(sandbox.usage.memory) MB resident"
        )
    }

    /// Every patch makes its pod an endpoint; what counts here is the pod.
    private static func waitForEvents(_ stream: HTTPStream, count: Int) async throws {
        var seen = 0
        var iterator = stream.body.makeAsyncIterator()
        let mark = Array("\"type\":\"MODIFIED\"".utf8)
        var rest: [UInt8] = []
        while seen < count, let chunk = try await iterator.next(isolation: #isolation) {
            rest += chunk
            seen += Self.count(of: mark, in: rest)
            rest = Array(rest.suffix(mark.count - 1))
        }
    }

    private static func text(_ duration: Duration) -> String {
        duration < .seconds(1)
            ? String(format: "%.1f ms", duration / .milliseconds(1)) : String(format: "%.2f s", duration / .seconds(1))
    }
}
