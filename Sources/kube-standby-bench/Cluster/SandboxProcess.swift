import Foundation
import KubernetesClient
import Logging
import Sandbox
import Subprocess
import SystemPackage
import Transport

/// The real `kube-standby sandbox` in a process of its own, bound to one core.
struct SandboxProcess: Sendable {
    /// What a process has taken of the machine.
    struct Usage: Sendable {
        /// Processor time since the start.
        var cpu: Duration
        /// Megabytes.
        var memory: Int
    }

    private static let adminPort = 18_071

    private let processID: Int32
    /// The path of the file by which clients find it.
    let kubeconfig: String
    private let connection: ClusterConnection
    private let loop: EventLoop
    private let credentials: Credentials

    private init(processID: Int32, kubeconfig: String, connection: ClusterConnection, loop: EventLoop) {
        self.processID = processID
        self.kubeconfig = kubeconfig
        self.connection = connection
        self.loop = loop
        credentials = Credentials(connection.credential, cluster: connection.cluster, logger: Logger(label: "bench"))
    }

    static func run(_ body: @Sendable @escaping (SandboxProcess) async throws -> Void) async throws {
        let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "kube-standby")
        let kubeconfig = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)").path()
        let loop = EventLoop(name: "bench")
        defer { loop.stop() }
        _ = try await Subprocess.run(
            .name("taskset"),
            arguments: [
                "-c", "0", binary.path(), "sandbox", "--nodes", "0", "--kubeconfig", kubeconfig, "--admin-port",
                "\(adminPort)",
            ],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            // The invitation is printed once the sandbox can be reached.
            for try await _ in execution.standardOutput { break }
            let process = SandboxProcess(
                processID: execution.processIdentifier.value,
                kubeconfig: kubeconfig,
                connection: try ClusterConnection.load(kubeconfig: kubeconfig, context: nil),
                loop: loop
            )
            defer { try? execution.send(signal: .terminate) }
            try await body(process)
        }
    }

    /// What the process has taken until now.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    var usage: Usage {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ").compactMap { Int($0) } ?? []
        // The state's letter is no number: user and system time are the 11th and 12th after it, the pages the 21st.
        guard fields.count > 20 else { return Usage(cpu: .zero, memory: 0) }
        return Usage(cpu: .milliseconds((fields[10] + fields[11]) * 10), memory: fields[20] * 4096 / 1_000_000)
    }

    // MARK: Requests

    /// Sends a request that must succeed.
    ///
    /// `user`: nil: the administrator, as everybody else here.
    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        as user: String? = nil
    ) async throws -> [UInt8] {
        var request = try await request(method, target)
        if let user {
            request.headers += [.init("Impersonate-User", user), .init("Impersonate-Group", "system:masters")]
        }
        request.body = body?.json
        request.timeout = .seconds(60)
        request.bodyLimit = 1 << 30
        let response = try await loop.response(to: request)
        guard (200...201).contains(response.head.status) else {
            throw Refusal(
                description: "\(method) \(target): \(String(decoding: response.body.prefix(300), as: UTF8.self))"
            )
        }
        return response.body
    }

    /// From now on the sandbox bears no more writes than this; each takes so long.
    func limit(writesPerSecond: Int, milliseconds: Int) async throws {
        var request = HTTPRequest("POST", "http://127.0.0.1:\(Self.adminPort)/server/faults")
        let fault: JSONValue = [
            "effect": "capacity", "writesPerSecond": .int(writesPerSecond), "milliseconds": .int(milliseconds),
        ]
        request.body = fault.json
        request.timeout = .seconds(10)
        let answer = try await loop.response(to: request)
        guard answer.head.status == 200 else {
            throw Refusal(description: String(decoding: answer.body, as: UTF8.self))
        }
    }

    /// What should have succeeded.
    private struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    /// Begins a watch, which ends after `silence` without an event; `target`: path and query.
    func watch(_ target: String, silence: Duration = .seconds(30)) async throws -> HTTPStream {
        var request = try await request("GET", target)
        request.headTimeout = .seconds(10)
        request.idleTimeout = silence
        return try await loop.stream(request)
    }

    /// The resourceVersion of now.
    func version() async throws -> String {
        let list = try await send("GET", "/api/v1/namespaces")
        return JSONValue(json: list)?["metadata"]["resourceVersion"].string ?? ""
    }

    private func request(_ method: String, _ target: String) async throws -> HTTPRequest {
        var request = HTTPRequest(method, connection.cluster.server + target)
        request.version = .http2
        request.headers = try await credentials.current().headers
        let type = method == "PATCH" ? "application/merge-patch+json" : "application/json"
        request.headers.append(.init("Content-Type", type))
        request.tls = try connection.cluster.tls(identity: nil)
        return request
    }

    /// Does something for each number below `count`, sixteen at a time.
    func inParallel(_ count: Int, _ body: @Sendable @escaping (Int) async throws -> Void) async throws {
        let lanes = 16
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    for number in stride(from: lane, to: count, by: lanes) { try await body(number) }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension HTTPStream {
    /// Calls `hear` for each event of a watch, with the time when it came, until the watch ends.
    func eachEvent(
        isolation: isolated (any Actor)? = #isolation,
        _ hear: (JSONValue, ContinuousClock.Instant) -> Void
    ) async throws {
        var rest: [UInt8] = []
        var iterator = body.makeAsyncIterator()
        while let chunk = try await iterator.next(isolation: isolation) {
            let now = ContinuousClock.now
            rest += chunk
            let lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for line in lines.dropLast() { JSONValue(json: Array(line)).map { hear($0, now) } }
            rest = lines.last.map { Array($0) } ?? []
        }
    }
}
