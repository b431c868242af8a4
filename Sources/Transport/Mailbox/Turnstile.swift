/// A gate that one task waits at until it is opened, once.
package final class Turnstile: Sendable {
    private let openings: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    package init() {
        (openings, opening) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Lets the one who waits, or will wait, through.
    package func open() {
        opening.yield()
        opening.finish()
    }

    /// Waits until the gate is opened; at once if the task is cancelled.
    package func wait() async {
        for await _ in openings { return }
    }
}
