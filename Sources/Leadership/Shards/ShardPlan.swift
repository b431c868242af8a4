/// Which replica should hold which shard: the same at every replica that sees the same.
///
/// Shares differ by at most one, as far as the replicas' configurations allow that, and as few shards move as can be.
package struct ShardPlan: Sendable, Hashable {
    /// A replica that lives.
    package struct Replica: Sendable, Hashable {
        /// Unique for each process.
        package var identity: String
        /// For each shard what its configuration has of groups.
        package var digests: [String]
        /// Whether it may be handed shards that it does not hold.
        package var takesMore: Bool

        /// A replica; the parameters are the properties.
        package init(identity: String, digests: [String], takesMore: Bool = true) {
            self.identity = identity
            self.digests = digests
            self.takesMore = takesMore
        }
    }

    /// A shard as its Lease shows it.
    package struct Shard: Sendable, Hashable {
        /// Who holds it now; nil: nobody, or one that let it expire.
        package var holder: String?
        /// What groups its holder, or its last one, supervised; nil: not known.
        package var digest: String?

        /// A shard; the parameters are the properties.
        package init(holder: String? = nil, digest: String? = nil) {
            self.holder = holder
            self.digest = digest
        }
    }

    /// Who should hold each shard; nil: nobody can.
    package private(set) var holders: [String?]
    private let shards: [Shard]
    private let replicas: [Replica]
    /// How many shards each replica should hold; none: not among the keys.
    private var loads: [String: Int] = [:]
    /// For each shard whether some replica's configuration has its groups.
    private let isCovered: [Bool]

    /// `shards`: by number; `replicas`: those that live, in any order.
    package init(shards: [Shard], replicas: [Replica]) {
        self.shards = shards
        self.replicas = replicas.sorted { $0.identity < $1.identity }
        let identities = Set(replicas.map(\.identity))
        isCovered = shards.enumerated().map { index, shard in
            replicas.contains { $0.digests.indices.contains(index) && $0.digests[index] == shard.digest }
        }
        holders = shards.map { _ in nil }
        for (shard, state) in shards.enumerated() {
            if let holder = state.holder, identities.contains(holder) { give(shard, to: holder) }
        }
        for shard in shards.indices where holders[shard] == nil {
            if let target = leastLoaded(for: shard) { give(shard, to: target) }
        }
        level()
    }

    private mutating func give(_ shard: Int, to replica: String) {
        if let before = holders[shard] { loads[before, default: 0] -= 1 }
        holders[shard] = replica
        loads[replica, default: 0] += 1
    }

    /// Whether a replica's configuration has what a shard's holder supervises, or nobody's has.
    private func fits(_ replica: Replica, _ shard: Int) -> Bool {
        guard let digest = shards[shard].digest else { return true }
        if digestOf(replica, shard) == digest { return true }
        return !isCovered[shard]
    }

    private func digestOf(_ replica: Replica, _ shard: Int) -> String? {
        replica.digests.indices.contains(shard) ? replica.digests[shard] : nil
    }

    private func load(of replica: Replica) -> Int { loads[replica.identity] ?? 0 }

    private func leastLoaded(for shard: Int) -> String? {
        let fitting = replicas.filter { fits($0, shard) }
        let willing = fitting.filter(\.takesMore)
        return (willing.isEmpty ? fitting : willing).min { load(of: $0) < load(of: $1) }?.identity
    }

    /// Moves one shard after the other from a replica that has two more than another, until there is none.
    private mutating func level() {
        while let move = nextMove { give(move.shard, to: move.target) }
    }

    /// Of the richest, to the poorest that can have it; by their identities where loads are equal.
    private var nextMove: (shard: Int, target: String)? {
        let loads = replicas.map { (replica: $0, load: load(of: $0)) }
        let least = loads.lazy.map(\.load).min() ?? 0
        let rich = loads.filter { $0.load >= least + 2 }.enumerated().sorted {
            ($1.element.load, $0.offset) < ($0.element.load, $1.offset)
        }
        // There may be thousands of replicas, of whoever may create Leases: none is compared with all.
        for (_, giver) in rich {
            for load in least...(giver.load - 2) {
                for taker in loads where taker.load == load && taker.replica.takesMore {
                    let shard = shards.indices.first {
                        holders[$0] == giver.replica.identity && fits(taker.replica, $0)
                    }
                    if let shard { return (shard, taker.replica.identity) }
                }
            }
        }
        return nil
    }

    // MARK: What follows from it

    /// Whether a replica should take a shard's Lease when it is free.
    ///
    /// Of a single shard every replica is an equal candidate.
    package func preference(of identity: String, for shard: Int) -> LeaderElector.Preference {
        guard let replica = replicas.first(where: { $0.identity == identity }), fits(replica, shard) else {
            return .never
        }
        return shards.count == 1 || holders[shard] == identity ? .atOnce : .afterRetryPeriod
    }

    /// The first shard that a replica holds and another should have.
    package func handover(from identity: String) -> (shard: Int, target: String)? {
        for (shard, state) in shards.enumerated() where state.holder == identity {
            if let target = holders[shard], target != identity { return (shard, target) }
        }
        return nil
    }
}

/// What follows from Leases of another number of shards, while `--shards` is being changed.
package enum ShardCounts {
    /// Whether shards may be taken: not while any shard of another number is held.
    package static func mayTake(heldOfOthers: Set<Int>) -> Bool { heldOfOthers.isEmpty }

    /// Whether held shards of `count` must be released: of two numbers that are held at once the smaller stays.
    package static func mustYield(_ count: Int, heldOfOthers: Set<Int>) -> Bool { heldOfOthers.contains { $0 < count } }
}
