import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Transport

/// Opens WebSockets to an API server; libcurl cannot, in the versions that distributions have.
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
            throw ExecFailure(description: "the server's address \"\(request.url)\" is no URL")
        }
        let context = request.url.hasPrefix("https:") ? try self.context(for: request.tls) : nil
        let serverName = request.tls.serverName ?? (authority.isAddress ? nil : authority.host)
        let head = Self.head(request, authority, version: version)
        let upgrade = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connectTimeout(deadline - .now())
            .connect(host: authority.bareHost, port: authority.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let expiry = channel.eventLoop.scheduleTask(deadline: deadline) { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in expiry.cancel() }
                    if let context {
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return try Self.configure(channel, head)
                }
            }
        return try await upgrade.get()
    }

    private func context(for tls: Transport.TLSConfiguration) throws -> NIOSSLContext {
        if let context, context.tls == tls { return context.value }
        let value = try NIOSSLContext(configuration: Self.configuration(tls))
        context = (tls, value)
        return value
    }

    private static func configuration(_ tls: Transport.TLSConfiguration) throws -> NIOSSL.TLSConfiguration {
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // A server that does not answer our farewell does not hold a command's place.
        configuration.shutdownTimeout = .milliseconds(200)
        // A WebSocket is an upgrade of HTTP/1.1.
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = tls.verifiesServer ? .fullVerification : .none
        switch tls.authority {
        case .system: break
        case .file(let path): configuration.trustRoots = .file(path)
        case .pem(let pem): configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem))
        }
        if let identity = tls.identity {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(identity.certificate)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
        }
        return configuration
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
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(upgradeRequestHead: head, upgraders: [upgrader]) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                .refused(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)
        )
    }
}
