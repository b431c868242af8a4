import NIOCore
import NIOHTTP1
import NIOPosix

/// An HTTP server that takes whatever is posted to it, and tells of each.
struct PostReceiver: Sendable {
    /// What was posted.
    struct Post: Sendable {
        var path: String
        var headers: HTTPHeaders
        var body: String
    }

    let port: Int
    /// In the order in which they came.
    let posts: AsyncStream<Post>

    /// Runs a server for as long as `body` takes; `status`: of every answer.
    static func run<Result: Sendable>(
        answering status: HTTPResponseStatus = .ok,
        _ body: @Sendable (PostReceiver) async throws -> Result
    ) async throws -> Result {
        try await run(answer: { _ in status }, body)
    }

    /// The same; `answer`: the status of one answer; nil: there is none.
    static func run<Result: Sendable>(
        answer: @escaping @Sendable (Post) -> HTTPResponseStatus?,
        _ body: @Sendable (PostReceiver) async throws -> Result
    ) async throws -> Result {
        let (posts, input) = AsyncStream.makeStream(of: Post.self)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try child.pipeline.syncOperations.addHandler(Handler(answer: answer, posts: input))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let receiver = PostReceiver(port: channel.localAddress?.port ?? 0, posts: posts)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(receiver)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Post) -> HTTPResponseStatus?
        private let posts: AsyncStream<Post>.Continuation
        private var post = Post(path: "", headers: [:], body: "")

        init(
            answer: @escaping @Sendable (Post) -> HTTPResponseStatus?,
            posts: AsyncStream<Post>.Continuation
        ) {
            self.answer = answer
            self.posts = posts
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): post = Post(path: head.uri, headers: head.headers, body: "")
            case .body(let bytes): post.body += String(buffer: bytes)
            case .end:
                posts.yield(post)
                guard let status = answer(post) else { return }
                let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
