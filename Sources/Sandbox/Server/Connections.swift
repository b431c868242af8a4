import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// Every connection that the server has accepted, from its first moment on.
final class Connections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isOpen = true
    }

    private let state = NIOLockedValueBox(State())

    /// Notes a connection.
    ///
    /// - Returns: false if the server is going away, and the connection must not come to be.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isOpen = state.withLockedValue { state in
            state.channels[id] = channel
            return state.isOpen
        }
        channel.closeFuture.whenComplete { [self] _ in state.withLockedValue { _ = $0.channels.removeValue(forKey: id) }
        }
        return isOpen
    }

    /// Accepts connections again.
    func open() {
        state.withLockedValue { $0.isOpen = true }
    }

    /// Ends every connection, and every later one, until `open`.
    func close() async {
        let channels = state.withLockedValue { state in
            state.isOpen = false
            return Array(state.channels.values)
        }
        for channel in channels { try? await channel.close() }
    }
}

/// The server's channel, each connection noted.
struct NotedChannel: HTTPChannelHandler {
    let base: HTTP2UpgradeChannel
    let connections: Connections

    var responder: Responder { base.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        guard connections.add(channel) else {
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
