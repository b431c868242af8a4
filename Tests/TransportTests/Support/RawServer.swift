import Coordination
import NIOCore
import NIOPosix

/// A server that answers each request head with the bytes it was given, piece by piece, and then does as told.
struct RawServer: Sendable {
    /// What follows the bytes.
    enum Ending: Sendable {
        case close
        case keepOpen
    }

    let port: Int
    /// One element for each connection that ended.
    let closed: AsyncStream<Void>
    /// One element for each request head that came.
    let asked: AsyncStream<Void>
    private let connections: Locked<Int>
    private let channel: any Channel

    static func run<Result: Sendable>(
        _ pieces: [String],
        then ending: Ending = .close,
        _ body: (RawServer) async throws -> Result
    ) async throws -> Result {
        let (closed, input) = AsyncStream.makeStream(of: Void.self)
        let (asked, question) = AsyncStream.makeStream(of: Void.self)
        let connections = Locked(0)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { child in
                connections.withLock { $0 += 1 }
                child.closeFuture.whenComplete { _ in input.yield() }
                return child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Answer(pieces: pieces, ending: ending, asked: question)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = RawServer(
            port: channel.localAddress?.port ?? 0,
            closed: closed,
            asked: asked,
            connections: connections,
            channel: channel
        )
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    /// How many connections there were, ended ones among them.
    var connectionCount: Int { connections.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)/x" }

    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let pieces: [String]
        private let ending: Ending
        private let asked: AsyncStream<Void>.Continuation
        private var received = ""

        init(pieces: [String], ending: Ending, asked: AsyncStream<Void>.Continuation) {
            self.pieces = pieces
            self.ending = ending
            self.asked = asked
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            received = ""
            asked.yield()
            let last = context.eventLoop.makePromise(of: Void.self)
            let channel = context.channel
            if ending == .close { last.futureResult.whenComplete { _ in channel.close(promise: nil) } }
            for piece in pieces { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: piece)), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: last)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
