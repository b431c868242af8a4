import NIOCore
import NIOPosix

/// The cluster's DNS server, on UDP at a loopback address: one question a packet, one packet an answer.
package actor DNSServer {
    private typealias Socket = NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>

    private let names: ClusterNames
    /// The port, once the server has started.
    package private(set) var port: Int
    private var socket: Socket?

    /// `port`: 0: any that is free.
    init(names: ClusterNames, port: Int) {
        self.names = names
        self.port = port
    }

    /// Begins to listen; whoever starts it has to run it.
    func start() async throws {
        do {
            let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Socket(wrappingChannelSynchronously: channel) }
                }
            port = socket.channel.localAddress?.port ?? port
            self.socket = socket
        } catch {
            throw ListeningFailure("the DNS server", port: port, error)
        }
    }

    /// Answers until the task is cancelled.
    func run() async {
        guard let socket else { return }
        self.socket = nil
        // Whoever sends nonsense, or is gone when the answer comes, ends nothing.
        try? await socket.executeThenClose { [names] packets, answers in
            for try await packet in packets {
                switch DNSQuery.read(Array(buffer: packet.data)) {
                case .ignored: break
                case .refused(let bytes): try? await answers.write(Self.envelope(bytes, to: packet))
                case .query(let query):
                    let answer = await names.answer(query)
                    try? await answers.write(Self.envelope(answer.bytes(for: query), to: packet))
                }
            }
        }
    }

    private static func envelope(
        _ bytes: [UInt8],
        to packet: AddressedEnvelope<ByteBuffer>
    ) -> AddressedEnvelope<ByteBuffer> {
        AddressedEnvelope(remoteAddress: packet.remoteAddress, data: ByteBuffer(bytes: bytes))
    }
}
