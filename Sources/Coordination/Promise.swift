/// A value that one task waits for and another task, or any thread, gives once.
package final class Promise<Value: Sendable>: Sendable {
    private let values: AsyncStream<Value>
    private let input: AsyncStream<Value>.Continuation

    /// A promise that nobody has fulfilled.
    package init() {
        (values, input) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
    }

    /// Gives the value; later ones are lost.
    package func fulfill(_ value: Value) {
        input.yield(value)
        input.finish()
    }

    /// Waits for the value, for one task; nil if the task is cancelled, or nobody is left who could give one.
    package func value() async -> Value? {
        for await value in values { return value }
        return nil
    }
}

/// A gate that one task waits at until it is opened, once.
package final class Latch: Sendable {
    private let promise = Promise<Void>()

    /// A latch that is closed.
    package init() {}

    /// Lets the one who waits, or will wait, through; from any thread.
    package func open() {
        promise.fulfill(())
    }

    /// Waits until the latch is opened; returns at once if the task is cancelled.
    package func wait() async {
        await promise.value()
    }
}
