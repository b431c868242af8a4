/// A value that one task waits for and another one sends, once.
package final class Answer<Value: Sendable>: Sendable {
    private let values: AsyncStream<Value>
    private let input: AsyncStream<Value>.Continuation

    package init() {
        (values, input) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
    }

    /// Sends the value; later ones are lost.
    package func send(_ value: Value) {
        input.yield(value)
        input.finish()
    }

    /// Waits for the value; nil if the task is cancelled, or nobody is left who could send one.
    package func value() async -> Value? {
        for await value in values { return value }
        return nil
    }
}
