import NIOConcurrencyHelpers
import NIOCore

/// A behaviour that connections on other threads read.
final class SharedBehaviour: Sendable {
    private struct State {
        var behaviour: ToyApplications.Behaviour
        var isFrozen = false
        var isCutOff = false
        var shunned: String?
        var followers: [AsyncStream<Void>.Continuation] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    private let state: NIOLockedValueBox<State>

    /// `behaviour`: in force until `set` is called.
    init(_ behaviour: ToyApplications.Behaviour) {
        state = NIOLockedValueBox(State(behaviour: behaviour))
    }

    /// The requests from now on.
    func requests() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        state.withLockedValue { $0.followers.append(continuation) }
        return stream
    }

    /// Counts for requests that come later; open connections stay.
    func set(_ behaviour: ToyApplications.Behaviour) {
        state.withLockedValue { $0.behaviour = behaviour }
    }

    /// Whether nothing is answered, whatever the behaviour.
    func freeze(_ isFrozen: Bool) {
        state.withLockedValue { $0.isFrozen = isFrozen }
    }

    /// Whether the API server reaches nobody there, whatever others do.
    func cutOff(_ isCutOff: Bool) {
        state.withLockedValue { $0.isCutOff = isCutOff }
    }

    /// The behaviour, and whether the API server cannot ask for it.
    var current: (ToyApplications.Behaviour, isCutOff: Bool) {
        state.withLockedValue { ($0.behaviour, $0.isCutOff) }
    }

    /// Whose requests nobody answers, by a line of their heads; nil: nobody's.
    func shun(_ line: String?) {
        state.withLockedValue { $0.shunned = line }
    }

    /// The behaviour for one more request.
    ///
    /// `head`: its lines.
    func request(_ head: some Sequence<Substring>) -> ToyApplications.Behaviour {
        state.withLockedValue { state in
            for follower in state.followers { follower.yield() }
            let isShunned = state.shunned.map { line in head.contains { $0 == line } } ?? false
            return state.isFrozen || isShunned ? .hanging : state.behaviour
        }
    }

    /// Remembers a connection until it closes, so that `closeConnections` can end it.
    func opened(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLockedValue { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLockedValue { _ = $0.connections.removeValue(forKey: id) }
        }
    }

    /// Ends every open connection; new ones can still be made.
    func closeConnections() {
        for channel in state.withLockedValue({ Array($0.connections.values) }) { channel.close(promise: nil) }
    }
}
