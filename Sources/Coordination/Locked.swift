import Foundation

/// A value behind a lock.
///
/// A pthread mutex, not the bare futex of the Synchronization module: the thread sanitizer sees it, and so can tell our races
/// from our locks.
package final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    /// Puts `value` behind a lock of its own.
    package init(_ value: Value) {
        self.value = value
    }

    /// Runs `body` with the value to itself; `body` must be short and must not wait.
    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return body(&value)
    }
}
