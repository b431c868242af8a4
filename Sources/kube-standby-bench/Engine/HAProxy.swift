import Foundation

/// HAProxy as a prober: health checks of many servers, one thread.
struct HAProxy {
    /// How it checks.
    enum Check {
        /// A request to each server.
        case http
        /// A connection to each server.
        case tcp
    }

    /// How servers are checked.
    let check: Check
    /// How many servers there are.
    let targets: Int
    /// How often each is checked.
    let period: Duration
    /// Where all servers listen, each at an address of its own.
    let port: Int

    /// Processor time for each check, in microseconds, and megabytes in memory; measured over `window` once every server was
    /// checked.
    func measure(window: Duration) async throws -> (cost: Double, memory: Double) {
        let file = FileManager.default.temporaryDirectory.appending(path: "haproxy-\(UUID().uuidString).cfg")
        try Data(configuration.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let command = ["haproxy", "-db", "-q", "-f", file.path(percentEncoded: false)]
        return try await Peer.run(command, core: 1) { peer in
            try await Task.sleep(for: period + .seconds(2))
            let (before, start) = (peer.cpu, ContinuousClock.now)
            try await Task.sleep(for: window)
            let (used, elapsed) = (peer.cpu - before, ContinuousClock.now - start)
            guard used > .zero else { throw Peer.Failed(description: "haproxy did not run: \(command)") }
            let checks = Double(targets) * (elapsed / period)
            return (used / .microseconds(1) / checks, peer.residentMegabytes)
        }
    }

    private var configuration: String {
        let expectation = check == .http ? "option httpchk GET /healthz\n    http-check expect status 200" : ""
        let head = """
            global
                nbthread 1
            defaults
                mode \(check == .http ? "http" : "tcp")
                timeout connect 1s
                timeout client 1s
                timeout server 1s
                timeout check 1s
            frontend idle
                bind 127.0.0.1:\(port + 1)
                default_backend all
            backend all
                \(expectation)
                default-server check inter \(Int(period / .milliseconds(1)))ms

            """
        let servers = (0..<targets).map { "    server s\($0) \(EngineRun.address($0)):\(port)\n" }
        return head + servers.joined()
    }
}
