import Coordination
import NIOCore
import NIOPosix
import NIOSSL
import Sandbox

/// Thousands of peers on one listener, each at an address of its own, each behaving as it is told.
final class FaultyPeers: Sendable {
    /// The first of three ports: plain, TLS, and nobody.
    let port: Int
    private let behaviours: Locked<[PeerBehaviour]>
    private let listeners: [any Channel]

    private init(port: Int, behaviours: Locked<[PeerBehaviour]>, listeners: [any Channel]) {
        self.port = port
        self.behaviours = behaviours
        self.listeners = listeners
    }

    /// Runs the peers, all healthy, for as long as `body` takes.
    static func run(count: Int, port: Int, _ body: (FaultyPeers) async throws -> Void) async throws {
        let behaviours = Locked([PeerBehaviour](repeating: .healthy, count: count))
        var configuration = try Certificates().tls
        // The peers speak nothing but HTTP/1.1.
        configuration.applicationProtocols = []
        let tls = try NIOSSLContext(configuration: configuration)
        var listeners: [any Channel] = []
        for offset in 0...1 {
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if offset == 1 { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                        try pipeline.addHandler(FaultyPeerHandler(behaviours: behaviours))
                    }
                }
                .bind(host: "0.0.0.0", port: port + offset).get()
            listeners.append(listener)
        }
        let peers = FaultyPeers(port: port, behaviours: behaviours, listeners: listeners)
        let result: Swift.Result<Void, any Error>
        do { result = .success(try await body(peers)) } catch { result = .failure(error) }
        for listener in listeners { try await listener.close() }
        try result.get()
    }

    /// `peer`: its number, from 0; holds from what it is asked next on.
    func set(_ behaviour: PeerBehaviour, of peer: Int) {
        behaviours.withLock { $0[peer] = behaviour }
    }
}
