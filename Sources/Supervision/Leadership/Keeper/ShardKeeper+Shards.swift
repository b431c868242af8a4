import Coordination
import FailoverCore
import Foundation
import KubernetesClient
import Leadership
import Logging

extension ShardKeeper {
    /// How long a replica is handed nothing that did not take what it was handed.
    ///
    /// At first not for long, because one that has just been started believes for as long as a Lease is good that a dead one lives,
    /// and leaves the shard to that. Then twice as long each time: nobody supervises the shard until it is taken back.
    struct Refusals: Sendable, Hashable {
        /// After so many the time grows no more.
        private static let mostDoublings = 4

        /// It is handed nothing before.
        private(set) var until = MonotonicTime(nanoseconds: 0)
        private var count = 0

        /// It has not taken what it was handed.
        mutating func add(_ timing: ElectionTiming, at now: MonotonicTime) {
            until = now + timing.leaseDuration * 2 * (1 << min(count, Self.mostDoublings))
            count += 1
        }
    }

    /// How long after its release a shard that was handed over is to be taken.
    private var handoverTime: Duration { settings.timing.retryPeriod * 3 }
    /// How long a shard is left to a replica that has its groups and does not take it.
    var lastResort: Duration { settings.timing.leaseDuration * 2 }

    // MARK: Standing

    /// A shard's standing has changed; `holder`: whose it was before.
    func changed(_ shard: Int, _ change: LeaderElector.Change, before holder: String?) {
        let now = settings.clock.now()
        switch change {
        case .taken(let end): taken(shard, until: end, at: now)
        case .renewed(let end): slots[shard].authority?.extend(to: end)
        case .inDoubt:
            slots[shard].authority?.end(at: now)
            log(.warning, "the shard's Lease could not be renewed in time, nothing is written for its groups", shard)
            if slots[shard].stage == .settled { call(.inDoubt, shard) }
        case .lost(let other): lost(shard, to: other, at: now)
        }
    }

    private func taken(_ shard: Int, until end: MonotonicTime, at now: MonotonicTime) {
        // Its groups are ending; there is nobody to tell.
        guard slots[shard].stage == .settled else { return }
        let authority = WriteAuthority(until: end)
        slots[shard].authority = authority
        if slots[shard].since == nil {
            slots[shard].since = Date()
            if slots[shard].claimedFrom == nil { counts.acquired += 1 } else { counts.expired += 1 }
            if let handover, handover.shard == shard { decline(handover.target, at: now) }
            log(.notice, "supervising the shard", shard)
        } else {
            log(.notice, "the shard's Lease is renewed again", shard)
        }
        call(.taken(authority), shard)
    }

    private func lost(_ shard: Int, to other: String?, at now: MonotonicTime) {
        slots[shard].authority?.end(at: now)
        slots[shard].authority = nil
        slots[shard].since = nil
        guard slots[shard].stage != .releasing, let other else { return }
        counts.lost += 1
        log(.warning, "another replica holds the shard", shard, ["holder": "\(other.prefix(253))"])
        if slots[shard].stage == .settled { call(.lost, shard) }
        slots[shard].stage = .settled
    }

    // MARK: Giving away

    /// Ends a shard's groups first; its Lease is renewed until they have ended.
    private func giveAway(_ shard: Int, _ reason: ShardSlot.Reason) {
        guard slots[shard].stage == .settled else { return }
        slots[shard].stage = .ending(reason)
        call(.lost, shard)
    }

    /// A call that ends a shard's groups has returned.
    func groupsEnded(_ shard: Int, at now: MonotonicTime) {
        guard case .ending(let reason) = slots[shard].stage, !slots[shard].isEnding else { return }
        slots[shard].stage = .releasing
        switch reason {
        case .released:
            counts.released += 1
            log(.notice, "releasing the shard", shard)
        case .rebalanced(let target):
            counts.rebalanced += 1
            handover = (shard, target, now + handoverTime)
            log(.notice, "handing the shard over", shard, ["to": "\(target.prefix(253))"])
        }
        slots[shard].authority?.end(at: now)
        want(.never, shard, at: now)
    }

    /// A line of the log about a shard.
    func log(
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ shard: Int,
        _ more: Logger.Metadata = [:]
    ) {
        let metadata: Logger.Metadata = ["shard": "\(shard)", "lease": "\(slots[shard].name)"]
        settings.logger.log(level: level, message, metadata: metadata.merging(more) { $1 })
    }

    // MARK: The plan

    /// Says for each shard whether it is wanted, and gives away what another should have.
    ///
    /// `live`: the Leases of replicas that live.
    func review(_ live: [LeaseDirectory.Entry], at now: MonotonicTime) {
        for shard in shards where slots[shard].stage == .releasing && slots[shard].elector.isReleased {
            slots[shard].stage = .settled
            if handover?.shard == shard { handover?.until = now + handoverTime }
        }
        guard hasList, endAt == nil else {
            if endAt != nil { releaseAll(at: now) }
            return
        }
        forget(live, at: now)
        let others = directory.heldCounts(besides: map.count, at: now)
        report(otherCounts: others, at: now)
        if ShardCounts.mustYield(map.count, heldOfOthers: others) { return releaseAll(at: now) }
        let plan = plan(live, at: now)
        for shard in shards where slots[shard].stage == .settled && !slots[shard].isHeld {
            let mayTake = ShardCounts.mayTake(heldOfOthers: others)
            want(mayTake ? plan.preference(of: settings.identity, for: shard) : .never, shard, at: now)
        }
        let isBusy = handover != nil || slots[shards].contains { $0.stage != .settled }
        if !isBusy, let next = plan.handover(from: settings.identity), slots[next.shard].elector.leadEnd != nil {
            giveAway(next.shard, .rebalanced(to: next.target))
        }
    }

    private func releaseAll(at now: MonotonicTime) {
        for shard in shards where slots[shard].stage == .settled {
            if slots[shard].isHeld { giveAway(shard, .released) } else { want(.never, shard, at: now) }
        }
    }

    /// Notes since when shards are free, and ends what was true for a while only.
    private func forget(_ live: [LeaseDirectory.Entry], at now: MonotonicTime) {
        for shard in shards {
            slots[shard].freeSince = slots[shard].holder(at: now) == nil ? slots[shard].freeSince ?? now : nil
        }
        if !declined.isEmpty {
            let present = Set(live.compactMap(\.view.holder))
            declined = declined.filter { present.contains($0.key) }
        }
        guard let handover else { return }
        if let holder = slots[handover.shard].holder(at: now), holder != settings.identity {
            // Others that it holds say nothing of this one: it may take a dead replica for its holder.
            if holder == handover.target { declined[holder] = nil }
            self.handover = nil
        } else if now >= handover.until, slots[handover.shard].stage == .settled {
            decline(handover.target, at: now)
        }
    }

    /// A replica has not taken the shard that it was handed.
    private func decline(_ target: String, at now: MonotonicTime) {
        declined[target, default: Refusals()].add(settings.timing, at: now)
        handover = nil
    }

    private func plan(_ live: [LeaseDirectory.Entry], at now: MonotonicTime) -> ShardPlan {
        let identity = settings.identity
        let expired = Set(slots[shards].compactMap { $0.expiredHolder(at: now) })
        let others = live.compactMap { entry -> ShardPlan.Replica? in
            guard let holder = entry.view.holder, holder != identity, !expired.contains(holder) else { return nil }
            let digests = (entry.annotation(ShardLease.Annotation.shards) ?? "").split(separator: ",").map(String.init)
            guard digests.count == map.count else { return nil }
            return ShardPlan.Replica(
                identity: holder,
                digests: digests,
                takesMore: declined[holder].map { $0.until <= now } ?? true
            )
        }
        let states = shards.map { shard in
            let slot = slots[shard]
            let noted = slot.object?.metadata.annotations?[ShardLease.Annotation.groups]
            // Better supervised by another file than by nobody.
            let isAbandoned = slot.freeSince.map { now >= $0 + lastResort } ?? false
            return ShardPlan.Shard(
                holder: slot.holder(at: now),
                digest: slot.isHeld ? mark.digests[shard] : isAbandoned ? nil : noted
            )
        }
        return ShardPlan(shards: states, replicas: others + [.init(identity: identity, digests: mark.digests)])
    }

    /// Tells a slot's elector whether its Lease is wanted, if that is news.
    func want(_ preference: LeaderElector.Preference, _ slot: Int, at now: MonotonicTime) {
        guard slots[slot].preference != preference else { return }
        slots[slot].preference = preference
        act(slot) { $0.wantedChanged(preference, at: now) }
    }
}
