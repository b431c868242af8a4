/// All checks of a loop: the multis that they share, what is being connected, and what has ended in this turn.
///
/// Confined to the loop's thread.
struct CheckBoard {
    /// Checks whose connections share one multi.
    static let shardSize = 128

    /// Multis, by whether they keep connections; the last one with room is filled next.
    var shards: [Bool: [Shard]] = [:]
    /// Connections that are being made, by descriptor.
    var connecting: [Int32: Check] = [:]
    /// Deadlines of connections, by descriptor, in milliseconds.
    var deadlines = TimerWheel(at: EventLoop.now / 1_000_000)
    /// What has happened in this turn.
    var events: [CheckEvent] = []
    /// What is being handed out; kept for its memory.
    private(set) var delivered: [CheckEvent] = []
    /// Who hears of it.
    var receive: (([CheckEvent]) -> Void)?

    /// Passes what has happened on to be handed out.
    mutating func turn() {
        delivered.removeAll(keepingCapacity: true)
        swap(&events, &delivered)
    }

    /// A multi and how many checks use it.
    struct Shard {
        let multi: Multi
        var count: Int
    }
}
