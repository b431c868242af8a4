import NIOCore
import NIOWebSocket

/// The server's end of a command's WebSocket: runs the command, sends what it prints, and ends it when the client goes.
///
/// Nothing that comes from the client goes further.
final class ExecFrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let command: ExecCommand
    private var run: Task<Void, Never>?

    /// `command`: starts once the handler is in a pipeline.
    init(command: ExecCommand) {
        self.command = command
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        // From here: behind this handler the pipeline still believes in HTTP.
        let bound = NIOLoopBound(context, eventLoop: channel.eventLoop)
        let write = { @Sendable (frame: WebSocketFrame) async throws in
            try await channel.eventLoop.flatSubmit {
                bound.value.writeAndFlush(NIOAny(frame))
            }.get()
        }
        run = Task { [command] in
            do {
                try await command.run { message in
                    try await write(WebSocketFrame(fin: true, opcode: .binary, data: ByteBuffer(bytes: message)))
                }
                var code = ByteBuffer()
                code.write(webSocketErrorCode: .normalClosure)
                try await write(WebSocketFrame(fin: true, opcode: .connectionClose, data: code))
            } catch {
                // The client is gone, and nobody is left to be told.
                channel.close(promise: nil)
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose: context.close(promise: nil)
        // Standard input is not connected: a command reads its end at once.
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        run?.cancel()
        context.fireChannelInactive()
    }
}
