import Coordination
import FailoverCore
import KubernetesClient
import Leadership
import Logging

extension ShardKeeper {
    /// What the log was told last, so that it is told once.
    struct Told: Sendable, Hashable {
        /// Other numbers of shards that are held.
        var otherCounts: Set<Int> = []
        /// Who holds the shards that this replica stands by for; empty: it does not stand by.
        var holders: Set<String> = []
    }

    // MARK: The log

    /// Says why this replica supervises nothing, when that is news.
    ///
    /// `otherCounts`: numbers of shards, besides ours, of which some shard is held.
    func report(otherCounts: Set<Int>, at now: MonotonicTime) {
        let known = told
        told = Told(otherCounts: otherCounts, holders: standingByFor(at: now) ?? known.holders)
        if told.otherCounts != known.otherCounts, !otherCounts.isEmpty {
            settings.logger.notice(
                "shards of another --shards are held, none is taken until they are released",
                metadata: ["ours": "\(map.count)", "others": "\(Self.list(otherCounts.sorted()))"]
            )
        }
        if told.holders != known.holders, !told.holders.isEmpty {
            settings.logger.notice("standing by", metadata: ["holders": "\(Self.list(told.holders.sorted()))"])
        }
    }

    /// Nil: a shard is nobody's, or just taken by this replica, which passes.
    private func standingByFor(at now: MonotonicTime) -> Set<String>? {
        if slots[shards].contains(where: \.isHeld) { return [] }
        let holders = slots[shards].compactMap { $0.holder(at: now) }
        return holders.count == map.count && !holders.contains(settings.identity) ? Set(holders) : nil
    }

    /// The first few; others may have written what stands there.
    private static func list(_ values: [some CustomStringConvertible]) -> String {
        let shown = values.prefix(5).map { String("\($0)".prefix(253)) }
        return shown.joined(separator: ",") + (values.count > shown.count ? ",…" : "")
    }

    /// A failure is reported once, until the same works again.
    func report(_ error: KubernetesError?, _ verb: String, _ slot: Int) {
        let metadata: Logger.Metadata = ["lease": "\(slots[slot].name)"]
        if let error {
            if slots[slot].failing.insert(verb).inserted { settings.logger.error("\(error)", metadata: metadata) }
        } else if slots[slot].failing.remove(verb) != nil {
            settings.logger.info("the Lease can be used again", metadata: metadata)
        }
    }

    // MARK: The status

    /// Reports once that a shard's holder supervises other groups than our configuration has: one of us is to be reloaded, or
    /// two that have nothing in common share the Leases' names, and nobody supervises the groups of one.
    func reportStrangers(at now: MonotonicTime) {
        for shard in shards {
            let groups = slots[shard].object?.metadata.annotations?[ShardLease.Annotation.groups]
            let isSame = groups == nil || groups == mark.digests[shard]
            let holder = isSame ? nil : slots[shard].holder(at: now).flatMap { $0 == settings.identity ? nil : $0 }
            guard holder != slots[shard].strangeHolder else { continue }
            slots[shard].strangeHolder = holder
            guard let holder else { continue }
            let words =
                "another replica supervises other groups in this shard than our configuration has; "
                + "unless it is reloaded, ours need another --lease-name"
            log(.warning, "\(words)", shard, ["holder": "\(holder.prefix(253))"])
        }
    }

    /// Lets anybody read where all stands.
    func publish(_ live: [LeaseDirectory.Entry], at now: MonotonicTime) {
        var status = LeadershipStatus()
        status.configuration = mark.hash
        status.counts = counts
        status.shards = shards.map { shard in
            let slot = slots[shard]
            return LeadershipStatus.Shard(
                index: shard,
                lease: slot.name,
                holder: slot.holder(at: now),
                isOurs: slot.isHeld,
                isInDoubt: slot.elector.isInDoubt,
                since: slot.since
            )
        }
        let own = LeadershipStatus.Replica(
            identity: settings.identity,
            configuration: mark.hash,
            runsOurConfiguration: true,
            isSelf: true
        )
        let others = live.filter { $0.view.holder != settings.identity }
        status.replicas =
            ([own]
            + others.map { entry in
                let hash = entry.annotation(ShardLease.Annotation.configuration) ?? ""
                return LeadershipStatus.Replica(
                    identity: entry.view.holder ?? "",
                    configuration: String(hash.prefix(64)),
                    runsOurConfiguration: hash == mark.hash,
                    isSelf: false
                )
            }).sorted { $0.identity < $1.identity }
        let isNews = published.withLock { known in
            defer { known = status }
            return known != status
        }
        if isNews { settings.observe(status) }
    }
}
