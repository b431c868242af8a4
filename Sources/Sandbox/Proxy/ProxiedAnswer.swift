import NIOCore
import NIOHTTP1

/// A pod's answer on its own connection, read as fast as it is passed on.
struct ProxiedAnswer: Sendable {
    /// The body's pieces, and what is told when they are wanted or wanted no more.
    typealias Body = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Delegate
    >

    /// How long the head may take; a real API server has no limit but its caller's patience.
    private static let headTimeout = TimeAmount.seconds(60)

    /// Status and headers.
    let head: HTTPResponseHead
    /// Ends with the answer; the connection ends when nobody reads it any more.
    let body: Body

    /// Sends a request and waits for the answer's head.
    ///
    /// - Throws: `Failure` if the connection ends before, or the head does not come in time.
    init(to request: HTTPRequestHead, _ body: [UInt8], on channel: any Channel) async throws {
        let promise = channel.eventLoop.makePromise(of: HTTPResponseHead.self)
        let parts = Body.makeSequence(
            elementType: ByteBuffer.self,
            failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8),
            finishOnDeinit: true,
            delegate: Delegate(channel)
        )
        let timer = channel.eventLoop.scheduleTask(in: Self.headTimeout) { promise.fail(Failure.silent) }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        let source = parts.source
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(Handler(promise, source))
            channel.write(HTTPClientRequestPart.head(request), promise: nil)
            if !body.isEmpty {
                channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        }.get()
        head = try await promise.futureResult.get()
        self.body = parts.sequence
    }

    /// Why there is no whole answer, in the words of Go's net/http package.
    enum Failure: String, Error, CustomStringConvertible {
        /// The connection ended.
        case ended = "EOF"
        /// No head came in time.
        case silent = "net/http: timeout awaiting response headers"

        var description: String { rawValue }
    }

    /// Tells the connection what the reader of the body wants.
    struct Delegate: NIOAsyncSequenceProducerDelegate {
        private let channel: any Channel

        /// Nobody reads yet.
        init(_ channel: any Channel) {
            self.channel = channel
        }

        /// Reads on.
        func produceMore() {
            channel.eventLoop.execute { [channel] in
                try? channel.pipeline.syncOperations.handler(type: Handler.self).produceMore()
            }
        }

        /// Ends the connection.
        func didTerminate() { channel.close(promise: nil) }
    }

    /// Turns the parts of the answer into its head and pieces of its body.
    private final class Handler: ChannelDuplexHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias InboundOut = Never
        typealias OutboundIn = HTTPClientRequestPart
        typealias OutboundOut = HTTPClientRequestPart

        private let head: EventLoopPromise<HTTPResponseHead>
        private let source: Body.Source
        private var context: ChannelHandlerContext?
        /// Whether the reader has more than it can take.
        private var isHeldBack = false
        /// Whether somebody wanted to read meanwhile.
        private var isReadDue = false

        init(_ head: EventLoopPromise<HTTPResponseHead>, _ source: Body.Source) {
            self.head = head
            self.source = source
        }

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }

        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            // An interim answer, such as 100, is not handed on.
            case .head(let head): if head.status.code >= 200 { self.head.succeed(head) }
            case .body(let buffer): if case .stopProducing = source.yield(buffer) { isHeldBack = true }
            case .end:
                source.finish()
                context.close(promise: nil)
            }
        }

        func read(context: ChannelHandlerContext) {
            if isHeldBack { isReadDue = true } else { context.read() }
        }

        func produceMore() {
            isHeldBack = false
            if isReadDue {
                isReadDue = false
                context?.read()
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end(error)
            context.close(promise: nil)
        }

        /// After a whole answer nobody hears of this.
        func channelInactive(context: ChannelHandlerContext) { end(Failure.ended) }

        private func end(_ error: any Error) {
            head.fail(error)
            source.finish(error)
        }
    }
}
