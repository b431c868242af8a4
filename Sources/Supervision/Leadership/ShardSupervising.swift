import FailoverCore

/// What supervises the groups of shards, as their Leases are taken, renewed and lost: `SupervisedGroups`, or a test's own.
///
/// Calls for one shard come in order, one after the other has returned.
protocol ShardSupervising: Sendable {
    /// This replica holds the shard now: supervise its groups, write while `authority` lasts.
    ///
    /// Called again, with another authority, after the lead was in doubt.
    func shardTaken(_ shard: Int, authority: WriteAuthority) async
    /// The Lease could not be renewed in time, but nobody else is known to hold it: write nothing, keep what is known.
    func shardInDoubt(_ shard: Int) async
    /// Somebody else holds it, or will: end its groups; returns when they have ended, or after `grace`.
    ///
    /// `grace`: how long a switch in hand may still take; writes end with the authority in any case.
    func shardLost(_ shard: Int, grace: Duration) async
}

/// What this supervisor is to a group.
enum GroupStanding: Sendable, Hashable {
    /// It holds the group's shard.
    case leading
    /// It held the shard and could not renew its Lease in time; nobody else is known to hold it.
    case inDoubt
    /// Another holds the shard; it probes the members to be asked for its opinion.
    case standby
}
