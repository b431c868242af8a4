import Foundation
import Transport

/// Prometheus' blackbox exporter, asked for one probe after the other, four at a time.
struct BlackboxExporter {
    /// Where it listens, on loopback.
    let port: Int

    /// Its processor time for each probe, in microseconds.
    func cost(probes: Int) async throws -> Double {
        let file = FileManager.default.temporaryDirectory.appending(path: "blackbox-\(UUID().uuidString).yml")
        try Data("modules: {http: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4}}}\n".utf8).write(
            to: file
        )
        defer { try? FileManager.default.removeItem(at: file) }
        let listen = "127.0.0.1:\(port + 2)"
        let command = [
            "prometheus-blackbox-exporter", "--config.file=\(file.path(percentEncoded: false))",
            "--web.listen-address=\(listen)",
        ]
        return try await Peer.run(command, core: 1, readiness: "Listening on", environment: ["GOMAXPROCS": "1"]) {
            peer in
            let loop = EventLoop(name: "bench")
            defer { loop.stop() }
            let before = peer.cpu
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for number in stride(from: lane, to: probes, by: 4) {
                            let target = "http://\(EngineRun.address(number % 1000)):\(port)/healthz"
                            let request = HTTPRequest("GET", "http://\(listen)/probe?module=http&target=\(target)")
                            let response = try await loop.response(to: request)
                            let text = String(decoding: response.body, as: UTF8.self)
                            guard text.contains("\nprobe_success 1") else { throw Peer.Failed(description: text) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return (peer.cpu - before) / .microseconds(1) / Double(probes)
        }
    }
}
