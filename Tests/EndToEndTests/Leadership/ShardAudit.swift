import Sandbox

/// What the recorded history says about the Leases of shards, of whatever number.
struct ShardAudit {
    /// The revisions at which shards of more than one number were held.
    private(set) var overlaps: [Int] = []
    /// Who has held a shard, by how many shards there were.
    private(set) var holders: [Int: Set<String>] = [:]

    /// A Lease is held until it is released, or over: so long after it was renewed as it says.
    init(_ history: [StoreChange]) {
        var held: [String: (count: Int, end: ContinuousClock.Instant)] = [:]
        for change in history where change.key.kind == .leases {
            guard let count = Self.count(in: change.key.name) else { continue }
            let spec = change.object["spec"]
            if change.action != .deleted, let holder = ReplicaStage.name(in: spec["holderIdentity"]) {
                held[change.key.name] = (count, change.time + .seconds(spec["leaseDurationSeconds"].int ?? 0))
                holders[count, default: []].insert(holder)
            } else {
                held[change.key.name] = nil
            }
            let counts = Set(held.values.filter { change.time < $0.end }.map(\.count))
            if counts.count > 1 { overlaps.append(change.revision) }
        }
    }

    /// Into how many shards the groups are split, by the name of one's Lease; nil: it is none of a shard.
    private static func count(in name: String) -> Int? {
        name.wholeMatch(of: /kube-standby\.shard-\d+-of-(\d+)/).flatMap { Int($0.output.1) }
    }
}
