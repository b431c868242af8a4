import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOHTTPTypesHTTP2
import NIOSSL

/// The server's side of a connection: TLS, then HTTP/2 or HTTP/1.1, with the patience of a real API server.
struct APIChannel: HTTPChannelHandler {
    /// A connection of HTTP/1.1, or one stream of HTTP/2.
    typealias Stream = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    /// A connection once ALPN has chosen its protocol.
    typealias Negotiated = NIONegotiatedHTTPVersion<Stream, (Void, NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>)>

    /// A connection, while it is not yet known which protocol it speaks.
    struct Value: ServerChildChannelValue {
        /// Known after the TLS handshake; fails with it.
        let negotiated: EventLoopFuture<Negotiated>
        /// The TCP connection below TLS.
        let channel: any Channel
    }

    /// Answers each request.
    let responder: Responder
    /// The server's certificate and key, and the protocols that it offers.
    let tls: NIOSSLContext
    /// Where each connection is noted, so that the server can end it.
    let connections: Connections
    /// Decides about requests to run a command.
    let door: ExecDoor

    /// More of one kind would be an attack after all; NIO keeps the time of each.
    private static let framesPerSecond = 20_000

    /// Old libcurl resets every stream once it has the answer, and sends a priority with every request; NIO would end a
    /// connection on which that happens more than 200 times in 30 s, a real API server does not.
    private static var patience: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.stream.streamResetFrameRateLimit.maximumCount = framesPerSecond
        configuration.stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        configuration.stream.streamErrorRateLimit.maximumCount = framesPerSecond
        configuration.stream.streamErrorRateLimit.windowLength = .seconds(1)
        configuration.connection.controlFrameRateLimit.maximumCount = framesPerSecond
        configuration.connection.controlFrameRateLimit.windowLength = .seconds(1)
        return configuration
    }

    /// Puts TLS and HTTP into a new connection; fails if the server is going away.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard connections.add(channel) else {
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }.flatMap {
            channel.configureAsyncHTTPServerPipeline(
                http2Configuration: Self.patience,
                http1ConnectionInitializer: { [door] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ExecUpgradeHandler(door: door))
                    }.flatMap { Self.stream(on: channel) { HTTP1ToHTTPServerCodec(secure: true) } }
                },
                http2ConnectionInitializer: { $0.eventLoop.makeSucceededVoidFuture() },
                http2StreamInitializer: { Self.stream(on: $0) { HTTP2FramePayloadToHTTPServerCodec() } }
            )
        }.map { Value(negotiated: $0, channel: channel) }
    }

    private static func stream(
        on channel: any Channel,
        _ codec: @Sendable @escaping () -> some ChannelHandler
    ) -> EventLoopFuture<Stream> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(codec())
            return try Stream(wrappingChannelSynchronously: channel)
        }
    }

    /// Serves a connection until it ends; returns at once if the TLS handshake fails.
    func handle(value: Value, logger: Logger) async {
        guard let negotiated = try? await value.negotiated.get() else { return }
        switch negotiated {
        case .http1_1(let stream): await handleHTTP(asyncChannel: stream, logger: logger)
        case .http2(let (_, streams)):
            // A connection that breaks ends its streams; there is nobody to be told.
            try? await withThrowingDiscardingTaskGroup { group in
                for try await stream in streams.inbound {
                    group.addTask { await handleHTTP(asyncChannel: stream, logger: logger) }
                }
            }
        }
    }
}
