import Foundation
import Transport

/// Replicas of the real `kube-standby run` on one core, started and ended by name.
actor ReplicaProcesses {
    private static let core = 1
    private static let firstPort = 18_100

    /// One process, while it runs.
    private struct Replica {
        var peer: Peer
        var port: Int
        /// Ends the scope of the process.
        var release: AsyncStream<Void>.Continuation
    }

    private let command: [String]
    private let starts: AsyncStream<String>.Continuation
    private let loop: EventLoop
    private var replicas: [String: Replica] = [:]
    private var waiting: [String: CheckedContinuation<Void, Never>] = [:]
    private var nextPort = firstPort

    private init(command: [String], starts: AsyncStream<String>.Continuation, loop: EventLoop) {
        self.command = command
        self.starts = starts
        self.loop = loop
    }

    /// Runs replicas on a configuration, without its first two lines; what still runs when `body` is through is killed.
    static func run(
        _ configuration: String,
        _ arguments: [String],
        on sandbox: SandboxProcess,
        _ body: @Sendable @escaping (ReplicaProcesses) async throws -> Void
    ) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "replicas-\(UUID().uuidString).yaml")
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\n"
        try Data((head + configuration).utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kube-standby")
        let command =
            [
                binary.path(), "run", "--config", file.path(percentEncoded: false), "--kubeconfig", sandbox.kubeconfig,
                "--log-level", "error", "--leader-elect=true",
            ] + arguments
        let loop = EventLoop(name: "bench")
        defer { loop.stop() }
        let (names, starts) = AsyncStream.makeStream(of: String.self)
        let replicas = ReplicaProcesses(command: command, starts: starts, loop: loop)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await withThrowingTaskGroup(of: Void.self) { runs in
                    for await name in names { runs.addTask { try await replicas.run(name) } }
                    try await runs.waitForAll()
                }
            }
            let result: Swift.Result<Void, any Error>
            do { result = .success(try await body(replicas)) } catch { result = .failure(error) }
            starts.finish()
            await replicas.releaseAll()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private func run(_ name: String) async throws {
        let port = nextPort
        nextPort += 1
        let (end, release) = AsyncStream.makeStream(of: Void.self)
        let arguments = command + ["--listen", "127.0.0.1:\(port)"]
        try await Peer.run(arguments, core: Self.core, environment: ["POD_NAME": name]) { peer in
            await self.started(name, Replica(peer: peer, port: port, release: release))
            for await _ in end {}
        }
    }

    private func started(_ name: String, _ replica: Replica) {
        replicas[name] = replica
        waiting.removeValue(forKey: name)?.resume()
    }

    private func releaseAll() {
        for replica in replicas.values { replica.release.finish() }
        replicas = [:]
    }

    // MARK: Starting and ending

    /// Starts a replica and waits until it is ready, as a Deployment does.
    func start(_ name: String) async throws {
        await withCheckedContinuation { continuation in
            waiting[name] = continuation
            starts.yield(name)
        }
        try await wait(for: "\(name) to be ready") { try await self.answer(name, "/readyz")?.head.status == 200 }
    }

    /// Ends a replica; returns when its process has ended.
    func end(_ name: String, by signal: Int32) async throws {
        guard let replica = replicas[name] else { throw Peer.Failed(description: "\(name) does not run") }
        kill(replica.peer.processID, signal)
        try await wait(for: "\(name) to end") { replica.peer.hasEnded }
        replica.release.finish()
        replicas[name] = nil
    }

    // MARK: Looking

    /// Replicas that run.
    var names: [String] { replicas.keys.sorted() }

    /// What a replica holds in memory.
    func megabytes(of name: String) -> Double { replicas[name]?.peer.residentMegabytes ?? 0 }

    /// A sample of a replica's metrics; nil if it is not there.
    func metric(_ sample: String, of name: String) async throws -> Int? {
        guard let answer = try await answer(name, "/metrics") else { return nil }
        let line = String(decoding: answer.body, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix(sample + " ")
        }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    /// Waits for something that nobody tells of.
    nonisolated func wait(for what: String, _ isSo: @Sendable () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(180)
        while try await !isSo() {
            guard .now < end else { throw Peer.Failed(description: "waited in vain for \(what)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func answer(_ name: String, _ path: String) async throws -> HTTPResponse? {
        guard let replica = replicas[name] else { return nil }
        var request = HTTPRequest("GET", "http://127.0.0.1:\(replica.port)\(path)")
        request.timeout = .seconds(10)
        return try? await loop.response(to: request)
    }
}
