import Hummingbird
import HummingbirdHTTP2
import Logging
import NIOCore

/// The sandbox's HTTPS listener; it can go away and come back at the same port.
package actor APIServer {
    private let responder: APIResponder
    private let certificates: Certificates
    /// The port, once the server has started.
    package private(set) var port = 0
    private var listening: Task<Void, any Error>?

    init(responder: APIResponder, certificates: Certificates) {
        self.responder = responder
        self.certificates = certificates
    }

    /// Begins to listen; the first time at a free port, later at the same.
    package func start() async throws {
        let (ports, input) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: responder,
            server: try .http2Upgrade(tlsConfiguration: try certificates.tls),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                input.yield(channel.localAddress?.port ?? 0)
                input.finish()
            },
            logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        )
        listening = Task {
            defer { input.finish() }
            try await application.run()
        }
        for await bound in ports { port = bound }
        if port == 0 { try await listening?.value }
    }

    /// Stops listening and ends every connection.
    package func stop() async {
        listening?.cancel()
        _ = await listening?.result
        listening = nil
    }
}
