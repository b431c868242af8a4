import NIOCore

/// Speaks as much HTTP/1.1 as a health check needs: one answer for each request head, bodies ignored.
final class ToyHTTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let behaviour: SharedBehaviour
    private var received: [UInt8] = []

    /// `behaviour`: looked up again for each request.
    init(behaviour: SharedBehaviour) {
        self.behaviour = behaviour
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += Array(buffer: unwrapInboundIn(data))
        let end = Array("\r\n\r\n".utf8)
        while let range = received.firstRange(of: end) {
            let head = String(decoding: received[..<range.lowerBound], as: UTF8.self)
            received.removeSubrange(..<range.upperBound)
            answer(context, head.split(separator: "\r\n"))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ context: ChannelHandlerContext, _ head: [Substring]) {
        let words = head.first?.split(separator: " ") ?? []
        let isHead = words.first == "HEAD"
        let isLogin = words.dropFirst().first == "/login"
        switch behaviour.request(head) {
        case .healthy: write(context, status: 200, isHead: isHead)
        case .body(let body): write(context, status: 200, body: body, isHead: isHead)
        case .status(let status): write(context, status: status, isHead: isHead)
        case .redirecting(let status) where isLogin: write(context, status: status, isHead: isHead)
        case .redirecting: write(context, status: 302, isHead: isHead, more: "Location: /login\r\n")
        case .slow(let delay):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(
                in: .nanoseconds(
                    delay.components.seconds * 1_000_000_000
                        + delay.components.attoseconds / 1_000_000_000
                )
            ) {
                let (handler, context) = bound.value
                handler.write(context, status: 200, isHead: isHead)
            }
        case .hanging, .refusing: break
        }
    }

    /// `body`: nil for the status, and a line's end.
    private func write(
        _ context: ChannelHandlerContext,
        status: Int,
        body: String? = nil,
        isHead: Bool,
        more: String = ""
    ) {
        let body = body ?? "\(status)\n"
        let fields = "\(more)Content-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n"
        let answer = "HTTP/1.1 \(status) Toy\r\n\(fields)\r\n" + (isHead ? "" : body)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
