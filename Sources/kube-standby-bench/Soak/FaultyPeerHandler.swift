import Coordination
import Glibc
import NIOCore
import NIOPosix

/// One connection to a peer; which peer it is tells the address that was connected to.
final class FaultyPeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"
    private static let trap: String = {
        let sentences = String(repeating: "the quick brown fox jumps over the lazy dog ", count: 232) + "!"
        return "HTTP/1.1 200 OK\r\nContent-Length: \(sentences.utf8.count)\r\n\r\n\(sentences)"
    }()
    private static let dripInterval: TimeAmount = .milliseconds(200)

    private let behaviours: Locked<[PeerBehaviour]>

    /// `behaviours`: of all peers, by number.
    init(behaviours: Locked<[PeerBehaviour]>) {
        self.behaviours = behaviours
    }

    private func behaviour(_ context: ChannelHandlerContext) -> PeerBehaviour {
        let bytes = (context.localAddress?.ipAddress ?? "").split(separator: ".").compactMap { Int($0) }
        guard bytes.count == 4 else { return .closing }
        let peer = bytes[2] * 250 + bytes[3] - 1
        return behaviours.withLock { $0.indices.contains(peer) ? $0[peer] : .closing }
    }

    func channelActive(context: ChannelHandlerContext) {
        if behaviour(context) == .closing { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch behaviour(context) {
        case .healthy, .encrypted, .untrusted, .plainForTLS, .refusing, .unnamed: write(Self.answer, context)
        case .trapping: write(Self.trap, context)
        case .failing: write("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n", context)
        case .silent: break
        case .silentInHead: write("HTTP/1.1 200 OK\r\nConte", context)
        case .silentInBody: write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun", context)
        case .dripping: drip(Array(Self.answer.utf8)[...], NIOLoopBound((self, context), eventLoop: context.eventLoop))
        case .hugeHead:
            let line = "X-Much: " + String(repeating: "y", count: 990) + "\r\n"
            write("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100), context)
        case .endlessBody: write("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "z", count: 50_000), context)
        case .noHTTP: write("SSH-2.0-OpenSSH_9.2\r\n", context)
        case .resetting:
            // Closing a socket that is not to linger at all resets it.
            let channel = context.channel
            let option = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            option?.whenComplete { _ in channel.close(promise: nil) }
        case .closing: context.close(promise: nil)
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func drip(_ rest: ArraySlice<UInt8>, _ bound: NIOLoopBound<(FaultyPeerHandler, ChannelHandlerContext)>) {
        let (handler, context) = bound.value
        guard let byte = rest.first, context.channel.isActive else { return }
        context.writeAndFlush(handler.wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil)
        context.eventLoop.scheduleTask(in: Self.dripInterval) { bound.value.0.drip(rest.dropFirst(), bound) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
