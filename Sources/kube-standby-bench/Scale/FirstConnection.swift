import NIOCore
import NIOPosix

/// Peers at every loopback address that take no requests, and tell when the first connection came.
struct FirstConnection: Sendable {
    private let times: AsyncStream<ContinuousClock.Instant>

    /// Listens for as long as `body` takes.
    static func run<Result: Sendable>(
        port: Int,
        _ body: @Sendable (FirstConnection) async throws -> Result
    ) async throws -> Result {
        let (times, input) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                input.yield(.now)
                return channel.close()
            }
            .bind(host: "0.0.0.0", port: port).get()
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(FirstConnection(times: times))) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    /// When it came; waits for it.
    func time() async throws -> ContinuousClock.Instant {
        for await time in times { return time }
        throw Peer.Failed(description: "nobody connected")
    }
}
