import Coordination
import FailoverCore

/// What supervises a shard's groups hears, one call after the other.
struct ShardCalls: Sendable {
    /// One call.
    enum Call: Sendable {
        /// The shard is held.
        case taken(WriteAuthority)
        /// It could not be renewed in time.
        case inDoubt
        /// It is to end.
        case lost
    }

    /// How long a switch in hand may still take when its shard ends.
    static let grace = Duration.milliseconds(1500)

    private let calls: AsyncStream<Call>
    private let call: AsyncStream<Call>.Continuation

    /// No calls as yet.
    init() {
        (calls, call) = AsyncStream.makeStream()
    }

    /// Calls once all earlier ones have returned.
    func callAsFunction(_ next: Call) { call.yield(next) }

    /// No call will come any more.
    func finish() { call.finish() }

    /// Makes the calls until there are no more, or the task is cancelled; `ended` tells how many have ended the groups.
    func run(_ shard: Int, _ supervising: any ShardSupervising, ended: @Sendable (_ count: Int) -> Void) async {
        var count = 0
        for await call in calls {
            switch call {
            case .taken(let authority): await supervising.shardTaken(shard, authority: authority)
            case .inDoubt: await supervising.shardInDoubt(shard)
            case .lost:
                await supervising.shardLost(shard, grace: Self.grace)
                count += 1
                ended(count)
            }
        }
    }
}
