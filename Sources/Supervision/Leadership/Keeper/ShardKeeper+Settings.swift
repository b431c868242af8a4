import FailoverCore
import KubernetesClient
import Leadership
import Logging
import StandbyConfiguration

extension ShardKeeper {
    /// What a keeper is made of.
    struct Settings: Sendable {
        /// Asks the API server.
        var client: APIClient
        /// The supervisor's own: where the Leases are, and where groups are that name none.
        var namespace: String
        /// Unique for each process.
        var identity: String
        /// Of the Leases' names; `ShardLeaseNames.isValid`.
        var leaseName: String
        /// Shards that the groups are split into.
        var shardCount: Int
        /// How long Leases are good.
        var timing: ElectionTiming
        /// For what people should know.
        var logger: Logger
        /// Of the electors; requests and the watch keep to the real one.
        var clock = SupervisionClock.system
        /// 0...1; how much of a retry period this replica waits after others.
        var jitter = Double.random(in: 0...1)
        /// Called when the status has changed, one call after the other; must be quick.
        var observe: @Sendable (LeadershipStatus) -> Void = { _ in }

        /// Everything must be given, but for the clock, the jitter and who observes.
        init(
            client: APIClient,
            namespace: String,
            identity: String,
            leaseName: String,
            shardCount: Int,
            timing: ElectionTiming,
            logger: Logger
        ) {
            self.client = client
            self.namespace = namespace
            self.identity = identity
            self.leaseName = leaseName
            self.shardCount = shardCount
            self.timing = timing
            self.logger = logger
        }
    }

    /// What the loop hears of.
    enum Input: Sendable {
        /// All Leases as the watch shows them.
        case leases([Lease], isRelist: Bool)
        /// Something may be due.
        case woke
        /// A read has ended.
        case read(slot: Int, id: Int, ShardLeaseAPI.Answer<LeaseReadOutcome>)
        /// A write has ended.
        case wrote(slot: Int, id: Int, ShardLeaseAPI.Answer<LeaseWriteOutcome>)
        /// A shard's groups have ended; `count`: for so many calls.
        case ended(shard: Int, count: Int)
        /// Another configuration is supervised.
        case configuration(SupervisorConfiguration)
        /// What a crashed replica left is deleted, or could not be.
        case collected(KubernetesError?)
        /// The replica's own Lease is deleted, or could not be.
        case farewell(KubernetesError?)
        /// Everything is to end.
        case finish
    }

    /// Of what an unread input speaks; a newer one takes its place.
    enum Key: Hashable {
        /// Of the newest snapshot.
        case leases
        /// Of the timer.
        case wake
        /// Of one request.
        case request(slot: Int, id: Int)
        /// Of one shard's end.
        case ended(shard: Int)
        /// Of the newest configuration.
        case configuration
        /// Of a deletion.
        case collected
        /// Of the replica's own deletion.
        case farewell
        /// Of the end.
        case finish
    }
}
