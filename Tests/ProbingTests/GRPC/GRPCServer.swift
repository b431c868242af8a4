import Foundation
import Subprocess
import SystemPackage

/// gRPC's own server in Python, with its own health service.
struct GRPCServer: Sendable {
    /// With the health service.
    let port: Int
    /// Without it.
    let barePort: Int

    /// Runs the server for as long as `body` takes.
    static func run(_ body: @Sendable @escaping (GRPCServer) async throws -> Void) async throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "health-server.py")
        _ = try await Subprocess.run(
            .name("grpcio"),
            arguments: [script.path(percentEncoded: false)],
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            var line = ""
            for try await buffer in execution.standardOutput {
                line += unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                if line.hasSuffix("\n") { break }
            }
            let ports = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            guard ports.count == 2 else { throw Failed(output: line) }
            defer { try? execution.send(signal: .kill) }
            try await body(GRPCServer(port: ports[0], barePort: ports[1]))
        }
    }

    /// The server did not start; .ci/tools grpcio fetches it.
    struct Failed: Error {
        var output: String
    }
}
