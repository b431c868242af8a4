import Coordination
import NIOCore
import NIOPosix
import NIOSSL
import Transport

/// A proxy on loopback that takes every name for this machine, and notes what it is asked for.
struct TestProxy: Sendable {
    /// How it is spoken to.
    enum Kind: String, Sendable, CaseIterable {
        case http
        case https
        case socks5
    }

    let url: String
    private let asked: Locked<[String]>

    /// The servers that were asked for, in order, each `HOST:PORT`.
    var targets: [String] { asked.withLock { $0 } }

    /// Listens for as long as `body` takes.
    static func run<Result: Sendable>(
        _ kind: Kind,
        tls: NIOSSL.TLSConfiguration,
        _ body: @Sendable (TestProxy) async throws -> Result
    ) async throws -> Result {
        let asked = Locked<[String]>([])
        let context = kind == .https ? try NIOSSLContext(configuration: plain(tls)) : nil
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(ProxyServerHandler(asked))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = TestProxy(url: "\(kind.rawValue)://127.0.0.1:\(listener.localAddress?.port ?? 0)", asked: asked)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(proxy)) } catch { result = .failure(error) }
        try await listener.close()
        return try result.get()
    }

    private static func plain(_ tls: NIOSSL.TLSConfiguration) -> NIOSSL.TLSConfiguration {
        var plain = tls
        plain.applicationProtocols = ["http/1.1"]
        return plain
    }
}

/// One client of the proxy.
private final class ProxyServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let asked: Locked<[String]>
    private var bytes: [UInt8] = []
    private var isGreeted = false
    private var isConnecting = false
    private var server: (any Channel)?

    init(_ asked: Locked<[String]>) {
        self.asked = asked
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let server { return server.writeAndFlush(unwrapInboundIn(data), promise: nil) }
        bytes += Array(buffer: unwrapInboundIn(data))
        if !isConnecting { understand(context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        server?.close(promise: nil)
    }

    private func understand(_ context: ChannelHandlerContext) {
        if bytes.first == 5, !isGreeted {
            bytes = []
            isGreeted = true
            send([5, 0], context)
        } else if bytes.first == 5, bytes.count > 4, bytes[3] == 3, bytes.count >= 7 + Int(bytes[4]) {
            let end = 5 + Int(bytes[4])
            let port = Int(bytes[end]) << 8 | Int(bytes[end + 1])
            connect(
                "\(String(decoding: bytes[5..<end], as: UTF8.self)):\(port)",
                port,
                [5, 0, 0, 1, 0, 0, 0, 0, 0, 0],
                context
            )
        } else if bytes.first == UInt8(ascii: "C"), bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let target = String(decoding: bytes, as: UTF8.self).split(separator: " ")[1]
            let port = target.split(separator: ":").last.flatMap { Int($0) } ?? 0
            connect(String(target), port, Array("HTTP/1.1 200 Connected\r\n\r\n".utf8), context)
        }
    }

    private func connect(_ target: String, _ port: Int, _ answer: [UInt8], _ context: ChannelHandlerContext) {
        isConnecting = true
        asked.withLock { $0.append(target) }
        let client = context.channel
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(BackHandler(client))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .whenComplete { result in
                let (handler, context) = bound.value
                guard case .success(let server) = result else { return context.close(promise: nil) }
                handler.server = server
                handler.send(answer, context)
            }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

/// What the server sends goes to the client.
private final class BackHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel

    init(_ client: any Channel) {
        self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.close(promise: nil)
    }
}
