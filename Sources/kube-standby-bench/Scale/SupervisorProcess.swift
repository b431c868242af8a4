import Foundation
import Transport

/// The real `kube-standby run` in a process of its own, bound to one core.
struct SupervisorProcess: Sendable {
    /// Where its operations endpoints are served.
    static let port = 18_070
    private static let core = 1

    private let peer: Peer
    /// When it was started.
    let start: ContinuousClock.Instant
    private let loop: EventLoop

    /// Runs it on a configuration, without its first two lines, for as long as `body` takes.
    ///
    /// `log`: where its lines go; nil: only errors are written, and nobody reads them.
    static func run<Result: Sendable>(
        _ configuration: String,
        on sandbox: SandboxProcess,
        log: URL? = nil,
        _ body: @Sendable @escaping (SupervisorProcess) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "scale-\(UUID().uuidString).yaml")
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\n"
        try Data((head + configuration).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kube-standby")
        let command = [
            binary.path(), "run", "--config", file.path(percentEncoded: false), "--kubeconfig", sandbox.kubeconfig,
            "--listen", "127.0.0.1:\(port)", "--log-level", log == nil ? "error" : "info",
        ]
        let redirection = log.map { ["sh", "-c", "exec \"$@\" >\($0.path(percentEncoded: false)) 2>&1", "sh"] } ?? []
        let loop = EventLoop(name: "bench")
        defer { loop.stop() }
        let start = ContinuousClock.now
        return try await Peer.run(redirection + command, core: core) { peer in
            try await body(SupervisorProcess(peer: peer, start: start, loop: loop))
        }
    }

    /// Processor time until now.
    var cpu: Duration { peer.cpu }
    /// What it holds in memory.
    var megabytes: Double { peer.residentMegabytes }
    /// The most that it has held.
    var peakMegabytes: Double { peer.peakMegabytes }

    /// Waits until it answers; how long that was after its start.
    func firstAnswer() async throws -> Duration {
        try await wait { try await get("/livez") != nil }
    }

    /// Waits until it knows its pods; how long that was after its start.
    func ready() async throws -> Duration {
        try await wait { try await answer("/readyz")?.head.status == 200 }
    }

    /// Waits until so many probes have succeeded.
    func wait(probes: Int) async throws {
        _ = try await wait {
            let count = try await get("/metrics")?.firstMatch(
                of: /probes_total\{type="http",result="success"\} ([0-9]+)/
            )
            return count.flatMap { Int($0.1) }.map { $0 >= probes } ?? false
        }
    }

    /// Processor time and size of one scrape of `/metrics`, of so many.
    func scrape(times: Int) async throws -> (cpu: Duration, bytes: Int) {
        let before = cpu
        var bytes = 0
        for _ in 0..<times {
            guard let text = try await get("/metrics") else { throw Peer.Failed(description: "a scrape failed") }
            bytes = text.utf8.count
        }
        return ((cpu - before) / times, bytes)
    }

    private func wait(_ isThere: () async throws -> Bool) async throws -> Duration {
        while try await !isThere() {
            guard ContinuousClock.now - start < .seconds(120) else {
                throw Peer.Failed(description: "the supervisor did not come so far: \(try await get("/metrics") ?? "")")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return ContinuousClock.now - start
    }

    /// The body of an answer; nil if there is none.
    private func get(_ path: String) async throws -> String? {
        try await answer(path).map { String(decoding: $0.body, as: UTF8.self) }
    }

    private func answer(_ path: String) async throws -> HTTPResponse? {
        var request = HTTPRequest("GET", "http://127.0.0.1:\(Self.port)\(path)")
        request.timeout = .seconds(10)
        // The metrics of 10,000 groups.
        request.bodyLimit = 256 * 1024 * 1024
        return try? await loop.response(to: request)
    }
}
