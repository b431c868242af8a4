package import Foundation

/// Who supervises what, for people and metrics.
package struct LeadershipStatus: Sendable, Hashable {
    /// One shard, as its Lease shows it.
    package struct Shard: Sendable, Hashable {
        /// From 0.
        package var index: Int
        /// The name of its Lease.
        package var lease: String
        /// Who holds it; nil: nobody, or it is not known.
        package var holder: String?
        /// Whether this replica supervises its groups, in doubt or not.
        package var isOurs: Bool
        /// Whether its Lease could not be renewed in time, so that nothing is written.
        package var isInDoubt: Bool
        /// Since when it is ours; nil: it is not.
        package var since: Date?

        /// The parameters are the properties.
        package init(index: Int, lease: String, holder: String?, isOurs: Bool, isInDoubt: Bool, since: Date?) {
            self.index = index
            self.lease = lease
            self.holder = holder
            self.isOurs = isOurs
            self.isInDoubt = isInDoubt
            self.since = since
        }
    }

    /// A replica that lives.
    package struct Replica: Sendable, Hashable {
        /// Unique for each process.
        package var identity: String
        /// The hash of its configuration; empty: it says none.
        package var configuration: String
        /// Whether that is ours, too.
        package var runsOurConfiguration: Bool
        /// Whether it is this one.
        package var isSelf: Bool

        /// The parameters are the properties.
        package init(identity: String, configuration: String, runsOurConfiguration: Bool, isSelf: Bool) {
            self.identity = identity
            self.configuration = configuration
            self.runsOurConfiguration = runsOurConfiguration
            self.isSelf = isSelf
        }
    }

    /// How often shards came and went, since the start.
    package struct Counts: Sendable, Hashable {
        /// Taken while nobody held them.
        package var acquired = 0
        /// Taken from a holder that let them expire.
        package var expired = 0
        /// Released, because this replica ends or `--shards` changes.
        package var released = 0
        /// Handed over, so that shares are fair.
        package var rebalanced = 0
        /// Lost to another replica.
        package var lost = 0
    }

    /// By index.
    package var shards: [Shard] = []
    /// By identity, this one among them.
    package var replicas: [Replica] = []
    /// Since the start.
    package var counts = Counts()
    /// The hash of the configuration that this replica runs.
    package var configuration = ""
    /// Other replicas that live.
    package var standbys: Int { replicas.count { !$0.isSelf } }

    /// Nothing is known.
    package init() {}
}
