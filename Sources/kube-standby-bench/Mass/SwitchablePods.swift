import Coordination
import NIOCore
import NIOPosix

/// Pods at every loopback address that answer each request with 200, or with 503 once they are told to fail.
final class SwitchablePods: Sendable {
    /// By their number among all, as `EngineRun.address` has it.
    private let failing = Locked<Set<Int>>([])

    /// Listens for as long as `body` takes.
    static func run(port: Int, _ body: (SwitchablePods) async throws -> Void) async throws {
        let pods = SwitchablePods()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let answer = Answer(pods: pods, number: number(at: channel.localAddress?.ipAddress))
                    try channel.pipeline.syncOperations.addHandler(answer)
                }
            }
            .bind(host: "0.0.0.0", port: port).get()
        let result: Swift.Result<Void, any Error>
        do { result = .success(try await body(pods)) } catch { result = .failure(error) }
        try await listener.close()
        try result.get()
    }

    private static func number(at address: String?) -> Int? {
        let parts = (address ?? "").split(separator: ".").compactMap { Int($0) }
        return parts.count == 4 ? parts[2] * 250 + parts[3] - 1 : nil
    }

    /// These pods fail from now on, all others do not.
    func fail(_ numbers: Set<Int>) {
        failing.withLock { $0 = numbers }
    }

    private func fails(_ number: Int?) -> Bool {
        guard let number else { return false }
        return failing.withLock { $0.contains(number) }
    }

    /// Answers whatever is asked, and closes.
    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let pods: SwitchablePods
        private let number: Int?

        init(pods: SwitchablePods, number: Int?) {
            self.pods = pods
            self.number = number
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let status = pods.fails(number) ? "503 Service Unavailable" : "200 OK"
            let text = "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            let answer = context.channel.allocator.buffer(string: text)
            context.writeAndFlush(NIOAny(answer)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
