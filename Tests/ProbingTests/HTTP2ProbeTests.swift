import FailoverCore
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import Probing

/// HTTPS servers that speak nothing but HTTP/2.
@Suite(.timeLimit(.minutes(5))) struct HTTP2ProbeTests {
    @Test(arguments: [(200, ProbeVerdict.success), (503, .failure)])
    func speaksHTTP2WhereTheServerDoes(status: Int, verdict: ProbeVerdict) async throws {
        try await withServer(status: status) { port in
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            let target = Self.target(port)
            let transcript = await ProbeOnce(target, on: loop).run()
            #expect(transcript.verdict == verdict && transcript.detail == "HTTP \(status)")
            let (reports, input) = AsyncStream.makeStream(of: ProbeReport.self)
            let engine = ProbeEngine(loop: loop)
            await engine.setTargets([target], of: "g") { input.yield($0) }
            for await report in reports.prefix(1) { #expect(report.verdict == verdict) }
            await engine.remove(group: "g")
        }
    }

    private static func target(_ port: Int) -> ProbeTarget {
        var probe = HTTPProbe(port: .number(port))
        probe.scheme = .https
        return .sample(.httpGet(probe)) {
            $0.period = .milliseconds(100)
            $0.fastPeriod = .milliseconds(100)
            $0.timeout = .seconds(20)
        }
    }

    private func withServer(status: Int, _ body: (Int) async throws -> Void) async throws {
        let certificates = try Certificates()
        var configuration = NIOSSL.TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificates.serverCertificate.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificates.serverKey.utf8), format: .pem))
        )
        configuration.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    _ = try child.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .server,
                        connectionConfiguration: .init(),
                        streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            let handlers: [any ChannelHandler] = [
                                HTTP2FramePayloadToHTTP1ServerCodec(), Answer(status: status),
                            ]
                            try stream.pipeline.syncOperations.addHandlers(handlers)
                        }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do { result = .success(try await body(channel.localAddress?.port ?? 0)) } catch { result = .failure(error) }
        try await channel.close()
        try result.get()
    }

    private final class Answer: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let status: Int

        init(status: Int) {
            self.status = status
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let head = HTTPResponseHead(version: .http2, status: .init(statusCode: status))
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
