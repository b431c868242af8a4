import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// Listens, and turns what comes in into requests.
struct OperationsListener: Sendable {
    /// Requests that wait to be answered at once; there are not more connections than these.
    private static let waitingRequests = 256

    /// Why nothing can be listened at.
    struct Failure: Error, CustomStringConvertible {
        /// The address that was asked for.
        var address: ListenAddress
        /// What the system said.
        var error: any Error

        var description: String {
            let number = (error as? IOError)?.errnoCode
            let reason = number.map { unsafe String(cString: strerror($0)) } ?? "\(error)"
            return "cannot listen at \(address.text): \(reason)"
        }
    }

    private let limits: OperationsServer.Limits
    /// Everything of the server lives on one loop of its own thread.
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    private let table: NIOLoopBoundBox<ConnectionTable>
    private let listening = NIOLockedValueBox<(any Channel)?>(nil)
    /// Ends when the listener is closed.
    let requests: AsyncStream<OperationsRequest>
    private let input: AsyncStream<OperationsRequest>.Continuation

    /// Listens at nothing yet.
    init(limits: OperationsServer.Limits) {
        self.limits = limits
        table = .makeBoxSendingValue(ConnectionTable(limit: limits.connections), eventLoop: loop)
        (requests, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.waitingRequests))
    }

    /// Begins to listen.
    ///
    /// - Returns: the port.
    /// - Throws: `Failure`, if it cannot.
    func listen(at address: ListenAddress) async throws -> Int {
        let channel: any Channel
        do {
            channel = try await bind(address)
        } catch {
            throw Failure(address: address, error: error)
        }
        listening.withLockedValue { $0 = channel }
        return channel.localAddress?.port ?? 0
    }

    private func bind(_ address: ListenAddress) async throws -> any Channel {
        try await address.bind { error in
            [EADDRINUSE, EACCES].contains((error as? IOError)?.errnoCode)
        } _: { host, port in
            // NIO lets an IPv6 socket take IPv4 as well, whatever net.ipv6.bindv6only says.
            try await bootstrap.bind(host: host, port: port).get()
        }
    }

    /// Answers requests, several at once, until the listener is closed.
    func serve(_ answer: @escaping @Sendable (OperationsRequest) async -> OperationsAnswer) async {
        await withDiscardingTaskGroup { answers in
            for await request in requests {
                answers.addTask(priority: .high) { request.answer(await answer(request)) }
            }
        }
    }

    /// Ends everything; may be called twice.
    func close() {
        listening.withLockedValue { $0 }?.close(promise: nil)
        loop.execute { [table] in table.value.closeAll() }
        input.finish()
    }

    /// How long bytes may go without being acknowledged, in milliseconds.
    ///
    /// https://man7.org/linux/man-pages/man7/tcp.7.html
    private static let userTimeout = NIOBSDSocket.Option(rawValue: 18)

    private var bootstrap: ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Without a descriptor the kernel refuses also when nobody waits: what was accepted just now would make room for nobody.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { [table] channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    try handlers.addHandler(AcceptFailureHandler(table: table))
                    try handlers.addHandler(
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { _ in .milliseconds(20) }
                    )
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 4)
            // Who vanished without a word acknowledges nothing: its place is another's soon.
            .childChannelOption(
                .tcpOption(Self.userTimeout),
                value: Int(limits.silence.nanoseconds / 1_000_000)
            )
            .childChannelInitializer { [limits, table, input] channel in
                channel.eventLoop.makeCompletedFuture {
                    var decoder = NIOHTTPDecoderLimitConfiguration()
                    decoder.maxHeaderFieldSize = limits.headerBytes
                    decoder.maxHeaderListSize = limits.headerBytes
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withEncoderConfiguration: .init(),
                        withDecoderLimitConfiguration: decoder
                    )
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(limits: limits, table: table, requests: input)
                    )
                }
            }
    }
}
