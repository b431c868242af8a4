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
    private let channel: any Channel

    static func run<Result: Sendable>(
        _ pieces: [String],
        then ending: Ending = .close,
        _ body: (RawServer) async throws -> Result
    ) async throws -> Result {
        let (closed, input) = AsyncStream.makeStream(of: Void.self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { child in
                child.closeFuture.whenComplete { _ in input.yield() }
                return child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Answer(pieces: pieces, ending: ending))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = RawServer(port: channel.localAddress?.port ?? 0, closed: closed, channel: channel)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    var url: String { "http://127.0.0.1:\(port)/x" }

    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let pieces: [String]
        private let ending: Ending
        private var received = ""

        init(pieces: [String], ending: Ending) {
            self.pieces = pieces
            self.ending = ending
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            received = ""
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
