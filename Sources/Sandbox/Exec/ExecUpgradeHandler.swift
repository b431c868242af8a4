import COpenSSL
import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Lets requests of HTTP/1.1 pass but those that ask for a WebSocket to a command: for these it asks the door, and turns the
/// connection into a WebSocket.
final class ExecUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let door: ExecDoor
    /// Whether a request for a WebSocket has come; nothing of the connection is HTTP for others any more.
    private var isTaken = false
    private var decision: Task<Void, Never>?

    /// `door`: asked once for a connection, by the first request for a WebSocket.
    init(door: ExecDoor) {
        self.door = door
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isTaken { return }
        guard case .head(let head) = unwrapInboundIn(data), ExecDoor.concerns(head) else {
            return context.fireChannelRead(data)
        }
        isTaken = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        decision = Task { [door] in
            let answer = await door.answer(head)
            loop.execute {
                let (handler, context) = bound.value
                handler.act(on: answer, head, context)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        decision?.cancel()
        context.fireChannelInactive()
    }

    private func act(on answer: ExecDoor.Answer, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        switch answer {
        case .accepted(let command): upgrade(head, command, context)
        case .refused(let failure): refuse(failure, context)
        case .dropped: context.close(promise: nil)
        }
    }

    private func refuse(_ failure: APIFailure, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(bytes: failure.status.json)
        var headers = HTTPHeaders([
            ("Content-Type", "application/json"), ("Content-Length", "\(body.readableBytes)"), ("Connection", "close"),
        ])
        if let pause = failure.retryAfter { headers.add(name: "Retry-After", value: "\(pause)") }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: failure.code), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let last = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        last.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: last)
    }

    // MARK: The upgrade

    private func upgrade(_ head: HTTPRequestHead, _ command: ExecCommand, _ context: ChannelHandlerContext) {
        let headers = HTTPHeaders([
            ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", Self.accept(head.headers.first(name: "Sec-WebSocket-Key") ?? "")),
            ("Sec-WebSocket-Protocol", ExecDoor.version),
        ])
        let answer = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        do {
            try removeHTTP(from: pipeline)
            let handlers: [any ChannelHandler] = [
                WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)),
                WebSocketProtocolErrorHandler(isServer: true), ExecFrameHandler(command: command),
            ]
            try pipeline.addHandlers(handlers, position: .before(self))
        } catch {
            context.close(promise: nil)
        }
    }

    /// The proof that the request was read.
    ///
    /// https://datatracker.ietf.org/doc/html/rfc6455#section-4.2.2
    private static func accept(_ key: String) -> String {
        let proof = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: Int(SHA_DIGEST_LENGTH)) { buffer, count in
            unsafe SHA1(proof, proof.count, buffer.baseAddress)
            count = Int(SHA_DIGEST_LENGTH)
        }
        return Data(digest).base64EncodedString()
    }

    private func removeHTTP(from pipeline: ChannelPipeline.SynchronousOperations) throws {
        let handlers: [any RemovableChannelHandler] = [
            try pipeline.handler(type: HTTPServerPipelineHandler.self),
            try pipeline.handler(type: NIOHTTPResponseHeadersValidator.self),
            try pipeline.handler(type: HTTPServerProtocolErrorHandler.self),
            try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self),
            try pipeline.handler(type: HTTPResponseEncoder.self),
        ]
        for handler in handlers { pipeline.removeHandler(handler, promise: nil) }
    }
}
