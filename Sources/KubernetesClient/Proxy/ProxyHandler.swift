import Coordination
import NIOCore

/// Asks a proxy for the way to a server, and keeps what comes after it in the pipeline waiting until it is open.
///
/// The handlers after it see a channel that becomes active once the way is open, as if there were no proxy.
final class ProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var dialogue: ProxyDialogue
    private var isOpen = false
    /// Where the one who waits finds out why there is no way.
    private let refusal: Locked<ProxyDialogue.Refusal?>

    init(_ dialogue: ProxyDialogue, refusal: Locked<ProxyDialogue.Refusal?>) {
        self.dialogue = dialogue
        self.refusal = refusal
    }

    func channelActive(context: ChannelHandlerContext) {
        send(dialogue.opening, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOpen { return context.fireChannelRead(data) }
        let bytes = Array(buffer: unwrapInboundIn(data))
        do throws(ProxyDialogue.Refusal) {
            switch try dialogue.received(bytes) {
            case .wait: return
            case .send(let bytes): send(bytes, context)
            case .open(let rest):
                isOpen = true
                context.fireChannelActive()
                if !rest.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: rest))) }
            }
        } catch {
            refusal.withLock { $0 = error }
            context.close(promise: nil)
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}
