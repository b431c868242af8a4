import Glibc
import Transport

/// The children that somebody here waits for, so that nobody else takes their exit status away.
enum OwnChildren {
    private static let running = Locked<Set<Int32>>([])

    /// One child, known from its start until its end was waited for.
    final class Child: Sendable {
        private let process = Locked<Int32?>(nil)

        /// The child runs.
        func started(_ process: Int32) {
            self.process.withLock { $0 = process }
            OwnChildren.running.withLock { _ = $0.insert(process) }
        }

        /// The child was waited for, or could not be.
        func ended() {
            if let process = process.withLock({ $0 }) { OwnChildren.running.withLock { _ = $0.remove(process) } }
        }
    }

    static var all: Set<Int32> { running.withLock { $0 } }
}
