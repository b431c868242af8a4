import Coordination
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Transport

/// Opens WebSockets to an API server, through a proxy if there is one; libcurl cannot, in the versions that distributions
/// have.
actor WebSocketConnector {
    /// What came of the request to speak WebSocket.
    enum Upgrade: Sendable {
        case accepted(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, version: String?)
        case refused(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
    }

    /// The largest message that is taken; the kubelet sends 32 KiB at most.
    private static let messageLimit = 1 << 20

    /// Making one reads and parses certificates.
    private var context: (tls: Transport.TLSConfiguration, value: NIOSSLContext)?

    /// Connects and asks; the connection is closed at `deadline`, whatever is under way.
    ///
    /// - Throws: if the connection or TLS fails.
    func open(_ request: HTTPRequest, version: String, deadline: NIODeadline) async throws -> Upgrade {
        guard let authority = URLAuthority(request.url) else {
            throw PodCommand.Failure(description: "the server's address \"\(request.url)\" is no URL")
        }
        let isTunnelled = request.proxy?.isEmpty == false
        let context =
            request.url.hasPrefix("https:") ? try self.context(for: request.tls, isTunnelled: isTunnelled) : nil
        let head = Self.head(request, authority, version: version)
        let proxy = request.proxy.flatMap { $0.isEmpty ? nil : Proxy($0) }
        let proxyContext = proxy?.kind == .https ? try WebSocketTLS.proxyContext(request.tls) : nil
        let refusal = Locked<ProxyDialogue.Refusal?>(nil)
        do {
            let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .connectTimeout(deadline - .now())
                .connect(host: proxy?.host ?? authority.bareHost, port: proxy?.port ?? authority.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let expiry = channel.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
                        channel.closeFuture.whenComplete { _ in expiry.cancel() }
                        let pipeline = channel.pipeline.syncOperations
                        if let proxy {
                            // The connection's address is the proxy's, so that TLS can check it.
                            if let proxyContext {
                                try pipeline.addHandler(WebSocketTLS.handler(proxyContext, proxy.host))
                            }
                            let dialogue = ProxyDialogue(proxy, host: authority.bareHost, port: authority.port)
                            try pipeline.addHandler(ProxyHandler(dialogue, refusal: refusal))
                        }
                        if let context {
                            let name = request.tls.serverName ?? authority.bareHost
                            let isTunnelled = proxy != nil && request.tls.verifiesServer
                            try pipeline.addHandler(
                                isTunnelled
                                    ? WebSocketTLS.tunnelledHandler(context, name) : WebSocketTLS.handler(context, name)
                            )
                        }
                        return try Self.configure(channel, head)
                    }
                }
            return try await upgrade.get()
        } catch {
            throw refusal.withLock { $0 } ?? error
        }
    }

    private func context(for tls: Transport.TLSConfiguration, isTunnelled: Bool) throws -> NIOSSLContext {
        if let context, context.tls == tls { return context.value }
        let value = try WebSocketTLS.context(tls, isTunnelled: isTunnelled)
        context = (tls, value)
        return value
    }

    private static func head(_ request: HTTPRequest, _ authority: URLAuthority, version: String) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: "\(authority.host):\(authority.port)")
        headers.add(name: "Sec-WebSocket-Protocol", value: version)
        for header in request.headers { headers.add(name: header.name, value: header.value) }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: authority.target, headers: headers)
    }

    private static func configure(
        _ channel: any Channel,
        _ head: HTTPRequestHead
    ) throws -> EventLoopFuture<Upgrade> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: messageLimit) { channel, response in
            channel.eventLoop.makeCompletedFuture {
                let aggregator = NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0,
                    maxAccumulatedFrameCount: 1024,
                    maxAccumulatedFrameSize: messageLimit
                )
                try channel.pipeline.syncOperations.addHandler(aggregator)
                let version = response.headers.first(name: "Sec-WebSocket-Protocol")
                return .accepted(try NIOAsyncChannel(wrappingChannelSynchronously: channel), version: version)
            }
        }
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration(upgradeRequestHead: head, upgraders: [upgrader]) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                .refused(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: upgrade)
        // A command that ends at once has its output, and its status, in one packet with the answer; by default NIO drops them.
        configuration.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
    }
}
