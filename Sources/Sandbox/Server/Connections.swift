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
