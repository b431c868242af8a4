import FailoverCore
import Foundation
import KubernetesClient
import Leadership

/// One Lease that a replica strives for: a shard's, or its own.
struct ShardSlot: Sendable {
    /// Why a shard is given away.
    enum Reason: Sendable, Hashable {
        /// This replica ends, or another number of shards is in force.
        case released
        /// Another replica should have it.
        case rebalanced(to: String)
    }

    /// Where a shard is on its way to another replica.
    enum Stage: Sendable, Hashable {
        /// It is not on its way.
        case settled
        /// Its groups are ending; its Lease is still renewed.
        case ending(Reason)
        /// They have ended; its Lease is being released.
        case releasing
    }

    /// Of the Lease.
    let name: String
    /// What the Lease is found by.
    let labels: [String: String]
    /// What decides.
    var elector: LeaderElector
    /// What the elector was told last.
    var preference = LeaderElector.Preference.never
    /// Whether the shard is being given away.
    var stage = Stage.settled
    /// Until when its groups may be written for; nil: this replica does not hold it.
    var authority: WriteAuthority?
    /// Since when it is ours, by the wall clock.
    var since: Date?
    /// Who held it when it was claimed; nil: nobody.
    var claimedFrom: String?
    /// Whether a watch has shown the Lease.
    var wasObserved = false
    /// Requests under way.
    var requests = 0
    /// Calls that were to end the shard's groups.
    var endings = 0
    /// How many of them have returned.
    var ended = 0
    /// Since when nobody holds it; nil: somebody does.
    var freeSince: MonotonicTime?
    /// Who holds it for other groups than ours and was reported; nil: nobody.
    var strangeHolder: String?
    /// What fails and was reported.
    var failing: Set<String> = []
    /// The last versions that were seen, of which a write needs one to keep what others wrote.
    private var objects: [Lease] = []

    /// Versions that are kept: what the elector knows is among the last that came.
    private static let mostObjects = 4

    /// A Lease of which nothing is known.
    init(name: String, labels: [String: String], elector: LeaderElector) {
        self.name = name
        self.labels = labels
        self.elector = elector
    }

    /// Whether groups of the shard may not have ended yet.
    var isEnding: Bool { ended < endings }

    /// Whether the Lease is ours, in doubt or not.
    var isHeld: Bool { elector.leadEnd != nil || elector.isInDoubt }

    /// The Lease as the elector knows it; nil: there is none.
    var object: Lease? { elector.view.flatMap { object(of: $0.version) } }

    /// Keeps an object that came from the server.
    mutating func remember(_ lease: Lease) {
        objects.removeAll { $0.metadata.resourceVersion == lease.metadata.resourceVersion }
        objects = (objects + [lease]).suffix(Self.mostObjects)
    }

    /// The object of a version; nil: it is not kept.
    func object(of version: ObjectVersion) -> Lease? {
        objects.last { $0.metadata.resourceVersion == version.rawValue }
    }

    /// Who holds the Lease now; nil: nobody, or one that let it expire.
    func holder(at now: MonotonicTime) -> String? {
        if isHeld { return elector.identity }
        guard let end = elector.observedEnd, now < end else { return nil }
        return elector.view?.holder
    }

    /// Who let it expire; nil: nobody.
    func expiredHolder(at now: MonotonicTime) -> String? {
        isHeld || holder(at: now) != nil ? nil : elector.view?.holder
    }
}
