import Coordination
import Transport

/// An event loop that there is once it is needed.
final class LazyLoop: Sendable {
    private let name: String
    private let state = Locked<EventLoop?>(nil)

    /// `name`: of the loop and its thread.
    init(name: String) {
        self.name = name
    }

    /// The loop; it begins with the first who asks for it.
    var loop: EventLoop {
        state.withLock { state in
            let loop = state ?? EventLoop(name: name)
            state = loop
            return loop
        }
    }

    /// The loop; nil: nobody needed it yet.
    var begun: EventLoop? { state.withLock { $0 } }
}
