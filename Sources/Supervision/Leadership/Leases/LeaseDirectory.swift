import FailoverCore
import KubernetesClient
import Leadership

/// All Leases of shards and replicas as the watch shows them, and since when each stands as it does.
struct LeaseDirectory: Sendable {
    /// One Lease.
    struct Entry: Sendable {
        /// As it was seen last.
        var lease: Lease
        /// The same for an election.
        var view: LeaseView
        /// When its record was seen to change.
        var seenAt: MonotonicTime

        /// When it is over unless it is renewed.
        var end: MonotonicTime {
            seenAt + view.lifetime(unlessSaid: ElectionTiming.standard.leaseDuration)
        }

        /// Whether somebody holds it.
        func isHeld(at now: MonotonicTime) -> Bool { view.holder != nil && now < end }

        /// What its holder noted.
        func annotation(_ key: String) -> String? { lease.metadata.annotations?[key] }
    }

    /// How long a replica's Lease is kept that is renewed no more.
    static let retention = Duration.seconds(600)

    /// Of the names.
    let prefix: String
    /// By name.
    private(set) var entries: [String: Entry] = [:]

    /// Nothing was seen; `prefix`: of the names.
    init(prefix: String) {
        self.prefix = prefix
    }

    /// Everything that is there now.
    mutating func replace(with leases: [Lease], at now: MonotonicTime) {
        var next: [String: Entry] = [:]
        for lease in leases {
            guard let name = lease.metadata.name else { continue }
            let view = ShardLease.view(of: lease)
            let known = entries[name].flatMap { Self.isSame($0.view, view) ? $0.seenAt : nil }
            next[name] = Entry(lease: lease, view: view, seenAt: known ?? now)
        }
        entries = next
    }

    private static func isSame(_ one: LeaseView, _ other: LeaseView) -> Bool {
        var one = one
        one.version = other.version
        return one == other
    }

    // MARK: What follows from it

    /// By label and by name: whatever somebody labels in error is not taken for ours, and not deleted.
    private func isReplica(_ entry: Entry) -> Bool {
        entry.lease.metadata.labels?[ShardLease.Label.kind] == ShardLease.Kind.replica.rawValue
            && (entry.lease.metadata.name ?? "").hasPrefix(ShardLeaseNames.replicaStart(prefix: prefix))
    }

    /// The replicas' Leases that are held, by their holders' names, and by their own where these are the same.
    func replicas(at now: MonotonicTime) -> [Entry] {
        // Entries are large: their names are sorted instead.
        let live = entries.lazy.filter { isReplica($0.value) && $0.value.isHeld(at: now) }
        let names = live.map { (holder: $0.value.view.holder ?? "", name: $0.key) }.sorted { $0 < $1 }
        return names.compactMap { entries[$0.name] }
    }

    /// The other numbers of shards of which some shard is held.
    func heldCounts(besides count: Int, at now: MonotonicTime) -> Set<Int> {
        let held = entries.filter { $0.value.isHeld(at: now) }.keys
        let counts = held.compactMap { ShardLeaseNames.shard(named: $0, prefix: prefix)?.count }
        return Set(counts).subtracting([count])
    }

    /// When the next Lease ends, unless it is renewed.
    func nextEnd(after now: MonotonicTime) -> MonotonicTime? {
        entries.values.filter { $0.isHeld(at: now) }.map(\.end).min()
    }

    /// A Lease of a replica that has been gone for so long that nobody needs it.
    func leftover(at now: MonotonicTime) -> Lease? {
        entries.values.filter { isReplica($0) && now >= $0.seenAt + Self.retention && !$0.isHeld(at: now) }
            .min { ($0.lease.metadata.name ?? "") < ($1.lease.metadata.name ?? "") }?.lease
    }
}
