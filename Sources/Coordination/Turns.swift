/// So many turns: one is taken before a task begins, and given back at its end.
///
/// For task groups that discard what has ended: others keep each task, with the memory of all its frames, until somebody asks for it.
package struct Turns {
    /// Turns that nobody has had yet.
    private var unused: Int
    private var returned: AsyncStream<Void>.Iterator
    /// Gives a turn back that was taken; may be called from any thread.
    package let giveBack: @Sendable () -> Void

    /// `count`: as many as there are at once, 1 or more.
    package init(_ count: Int) {
        unused = count
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        returned = stream.makeAsyncIterator()
        giveBack = { continuation.yield() }
    }

    /// Takes a turn once there is one; returns without one when the task is cancelled.
    package mutating func take(isolation: isolated (any Actor)? = #isolation) async {
        if unused > 0 { unused -= 1 } else { await returned.next(isolation: isolation) }
    }
}
