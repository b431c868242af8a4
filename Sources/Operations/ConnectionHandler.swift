import NIOCore
import NIOHTTP1

/// One connection: reads requests within their deadlines, hands them on, writes the answers.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What a connection is waiting for.
    private enum Phase {
        /// The rest of a request's head, or the first byte of it.
        case head
        /// The end of a request's body, which is not kept.
        case body(HTTPRequestHead)
        /// The answer.
        case answer
        /// Nothing but its own end: events are written until then.
        case stream(EventHub.Reader)
    }

    private let limits: OperationsServer.Limits
    private let table: NIOLoopBoundBox<ConnectionTable>
    private let requests: AsyncStream<OperationsRequest>.Continuation
    private var phase = Phase.head
    private var bodyLength = 0
    private var deadline: Scheduled<Void>?
    private var heartbeat: RepeatedTask?
    private var isPumping = false

    /// `requests`: where complete requests go, each with the way back for its answer.
    init(
        limits: OperationsServer.Limits,
        table: NIOLoopBoundBox<ConnectionTable>,
        requests: AsyncStream<OperationsRequest>.Continuation
    ) {
        self.limits = limits
        self.table = table
        self.requests = requests
    }

    func handlerAdded(context: ChannelHandlerContext) {
        table.value.add(context.channel)
        arm(limits.silence, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        heartbeat?.cancel()
        // The place of a reader is free for another.
        phase = .head
        table.value.remove(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        // Whoever listens to events has nothing more to say.
        case _ where isStreaming: context.close(promise: nil)
        case .head(let head):
            phase = .body(head)
            bodyLength = 0
        case .body(let part):
            bodyLength += part.readableBytes
            if bodyLength > limits.bodyBytes { context.close(promise: nil) }
        case .end:
            guard case .body(let head) = phase else { return }
            phase = .answer
            table.value.set(context.channel, isBusy: true)
            arm(limits.answer, context)
            hand(on: head, context)
        }
    }

    private func hand(on head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let request = OperationsRequest(head: head, peer: context.remoteAddress?.ipAddress) {
            [loop = context.eventLoop] answer in
            loop.execute {
                let (handler, context) = bound.value
                handler.write(answer, to: head, context)
            }
        }
        if case .enqueued = requests.yield(request) { return }
        write(OperationsAnswer(.serviceUnavailable, "busy or ending\n"), to: head, context)
    }

    private func write(_ answer: OperationsAnswer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        // Whoever asks on and on, and takes no answer, is not to fill our memory: small answers are far smaller than the mark, and large
        // ones are shared.
        guard context.channel.isWritable else { return context.close(promise: nil) }
        if let stream = answer.stream, request.method != .HEAD {
            return begin(stream, answer.headers, request.version, context)
        }
        let isKept = request.isKeepAlive && answer.status.code < 400
        var headers = answer.headers
        headers.replaceOrAdd(name: "content-length", value: "\(answer.body.readableBytes)")
        if !isKept { headers.replaceOrAdd(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        // Whoever does not read the answer is as silent as whoever does not ask.
        arm(limits.silence, context)
        phase = .head
        table.value.set(context.channel, isBusy: false)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !isKept { bound.value.close(promise: nil) }
        }
    }

    /// Closes the connection if it has not gone on by then.
    private func arm(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { context.close(promise: nil) }
    }
}

// MARK: Events

extension ConnectionHandler {
    private var isStreaming: Bool { if case .stream = phase { true } else { false } }

    private func begin(
        _ stream: EventHub.Reader,
        _ headers: HTTPHeaders,
        _ version: HTTPVersion,
        _ context: ChannelHandlerContext
    ) {
        var headers = headers
        headers.replaceOrAdd(name: "connection", value: "close")
        context.writeAndFlush(
            wrapOutboundOut(.head(.init(version: version, status: .ok, headers: headers))),
            promise: nil
        )
        phase = .stream(stream)
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleRepeatedTask(initialDelay: limits.heartbeat, delay: limits.heartbeat) {
            _ in
            let (handler, context) = bound.value
            if context.channel.isWritable { handler.write(stream.pulse, context) }
        }
        stream.begin { [loop = context.eventLoop] in
            loop.execute {
                let (handler, context) = bound.value
                handler.pump(context)
            }
        }
    }

    /// A stream goes on, or its deadline begins.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isStreaming {
            // Whoever does not take what it asked for is as silent as whoever does not ask.
            if context.channel.isWritable { deadline?.cancel() } else { arm(limits.silence, context) }
            pump(context)
        }
        context.fireChannelWritabilityChanged()
    }

    /// Writes what there is, a portion a turn of the loop, which is also others', and as long as it is taken.
    private func pump(_ context: ChannelHandlerContext) {
        guard !isPumping, case .stream(let stream) = phase, context.channel.isActive, context.channel.isWritable,
            let portion = stream.next()
        else { return }
        isPumping = true
        write(portion, context)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.isPumping = false
            handler.pump(context)
        }
    }

    private func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    }
}

/// Makes room when a connection cannot be accepted for want of descriptors, and lets the next attempt wait a little.
final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private let table: NIOLoopBoundBox<ConnectionTable>

    /// `table`: the connections, one of which is closed when no descriptor is left.
    init(table: NIOLoopBoundBox<ConnectionTable>) {
        self.table = table
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError { table.value.makeRoom() }
        context.fireErrorCaught(error)
    }
}
