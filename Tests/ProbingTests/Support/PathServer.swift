import NIOCore
import NIOPosix

/// An HTTP server that answers each path with the bytes it was given, and tells what it was asked.
struct PathServer: Sendable {
    let port: Int
    /// The heads of requests, as they came.
    let requests: AsyncStream<String>

    /// Runs a server for as long as `body` takes.
    ///
    /// `answer`: the bytes for a path, then the connection is closed; nil: silence.
    static func run<Result: Sendable>(
        _ answer: @Sendable @escaping (_ path: String, _ port: Int) -> String?,
        _ body: (PathServer) async throws -> Result
    ) async throws -> Result {
        let (requests, input) = AsyncStream.makeStream(of: String.self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Answer(answer: answer, requests: input))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = PathServer(port: channel.localAddress?.port ?? 0, requests: requests)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable (String, Int) -> String?
        private let requests: AsyncStream<String>.Continuation
        private var received = ""

        init(answer: @Sendable @escaping (String, Int) -> String?, requests: AsyncStream<String>.Continuation) {
            self.answer = answer
            self.requests = requests
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            requests.yield(received)
            let words = received.split(separator: " ", maxSplits: 2)
            received = ""
            guard words.count > 1, let text = answer(String(words[1]), context.channel.localAddress?.port ?? 0) else {
                return
            }
            let channel = context.channel
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: sent)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
