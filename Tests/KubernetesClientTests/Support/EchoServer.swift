import NIOCore
import NIOPosix

/// What stands behind the address of a played pod: it answers each request with the head that it got.
struct EchoServer: Sendable {
    let port: Int
    private let streams: AsyncStream<any Channel>

    /// Listens on loopback for as long as `body` takes.
    static func run<Result: Sendable>(_ body: @Sendable (EchoServer) async throws -> Result) async throws -> Result {
        let (streams, input) = AsyncStream.makeStream(of: (any Channel).self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(input))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = EchoServer(port: listener.localAddress?.port ?? 0, streams: streams)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    /// The next connection that asked for `/stream`: its head is sent, its body is yet to come.
    func nextStream() async -> (any Channel)? {
        for await channel in streams { return channel }
        return nil
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let streams: AsyncStream<any Channel>.Continuation
        private var text = ""

        init(_ streams: AsyncStream<any Channel>.Continuation) {
            self.streams = streams
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.firstRange(of: "\r\n\r\n") else { return }
            let path = text.split(separator: " ").dropFirst().first ?? ""
            if path == "/hang-up" { return context.close(promise: nil) }
            let status = path == "/missing" ? "404 Not Found" : "200 OK"
            let isStream = path == "/stream"
            let body = isStream ? "" : String(text[..<end.lowerBound])
            let length = isStream ? "" : "Content-Length: \(body.utf8.count)\r\n"
            let answer = "HTTP/1.1 \(status)\r\nContent-Type: text/plain\r\n\(length)\r\n\(body)"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if isStream { streams.yield(context.channel) }
        }
    }
}
