import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// The sandbox's HTTPS listener; it can go away and come back at the same port.
package actor APIServer {
    private let responder: APIResponder
    private let door: ExecDoor
    private let certificates: Certificates
    /// The port, once the server has started.
    package private(set) var port: Int
    private let connections = Connections()
    private var listening: Task<Void, any Error>?
    private var listener: (any Channel)?

    /// `port`: 0: any that is free.
    init(responder: APIResponder, applications: ToyApplications, certificates: Certificates, port: Int) {
        self.responder = responder
        door = ExecDoor(responder: responder, applications: applications)
        self.port = port
        self.certificates = certificates
    }

    /// Begins to listen; the first time at a free port, later at the same.
    package func start() async throws {
        connections.open()
        let (listeners, input) = AsyncStream.makeStream(of: (any Channel).self)
        let application = Application(
            responder: responder,
            server: try server(tls: certificates.tls),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                input.yield(channel)
                input.finish()
            },
            logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
        )
        listening = Task {
            defer { input.finish() }
            try await application.run()
        }
        // Not the caller's task: if that is cancelled, the server is none the less there or not.
        let binding = Task {
            for await bound in listeners { return bound as (any Channel)? }
            return nil
        }
        listener = await binding.value
        port = listener?.localAddress?.port ?? port
        guard listener == nil else { return }
        do {
            try await listening?.value
        } catch {
            throw ListeningFailure("the API server", port: port, error)
        }
    }

    private func server(tls: TLSConfiguration) throws -> HTTPServerBuilder {
        let context = try NIOSSLContext(configuration: tls)
        return HTTPServerBuilder { [connections, door] responder in
            APIChannel(responder: responder, tls: context, connections: connections, door: door)
        }
    }

    /// Stops listening and ends every connection.
    package func stop() async {
        // Connections end first: a stream that begins while the server is being cancelled is a fatal error in NIO.
        try? await listener?.close()
        await connections.close()
        listener = nil
        listening?.cancel()
        _ = await listening?.result
        listening = nil
    }
}

/// Why a server of the sandbox cannot listen; the port that it was given is taken, or not ours to take.
struct ListeningFailure: Error, CustomStringConvertible {
    /// Names the server, the port and the reason of the operating system.
    let description: String

    /// Of a server on a loopback address.
    ///
    /// `server`: which one, for people.
    init(_ server: String, port: Int, _ error: any Error) {
        let number = (error as? IOError)?.errnoCode
        let reason = number.map { unsafe String(cString: strerror($0)) } ?? "\(error)"
        description = "\(server) cannot listen at 127.0.0.1:\(port): \(reason)"
    }
}
