import NIOCore
import Synchronization

/// A behaviour that connections on other threads read.
final class SharedBehaviour: Sendable {
    private struct State {
        var behaviour: ToyApplications.Behaviour
        var followers: [AsyncStream<Void>.Continuation] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    private let state: Mutex<State>

    init(_ behaviour: ToyApplications.Behaviour) {
        state = Mutex(State(behaviour: behaviour))
    }

    /// The requests from now on.
    func requests() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.followers.append(continuation) }
        return stream
    }

    func set(_ behaviour: ToyApplications.Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    /// The behaviour for one more request.
    func request() -> ToyApplications.Behaviour {
        state.withLock { state in
            for follower in state.followers { follower.yield() }
            return state.behaviour
        }
    }

    func opened(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.connections.removeValue(forKey: id) } }
    }

    func closeConnections() {
        for channel in state.withLock({ Array($0.connections.values) }) { channel.close(promise: nil) }
    }
}
