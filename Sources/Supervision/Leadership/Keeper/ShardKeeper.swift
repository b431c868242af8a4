import Coordination
import FailoverCore
import Foundation
import KubernetesClient
import Leadership
import Logging
import StandbyConfiguration

/// Holds this replica's share of the shards: one elector for each shard's Lease, one for the replica's own, one watch on all of them.
///
/// Everything that happens becomes an input of one loop; the electors and the plan decide; requests and calls are child tasks whose
/// ends are inputs again.
actor ShardKeeper {
    /// Something to be done by a child task.
    typealias Work = @Sendable () async -> Void

    /// How long an end may take; what is not released then ends by itself.
    private static let patience = Duration.seconds(5)

    /// As they were given.
    let settings: Settings
    /// Which group is in which shard.
    let map: ShardMap
    private let supervising: any ShardSupervising
    /// The door to the Leases.
    let api: ShardLeaseAPI
    private let informer: Informer<Lease>
    /// What supervises each shard hears.
    let calls: [ShardCalls]
    /// Where the loop hears of everything.
    nonisolated let mailbox = CoalescingMailbox<Key, Input> { older, newer in
        if case .leases(_, let wasRelist) = older, case .leases(let leases, let isRelist) = newer {
            return .leases(leases, isRelist: isRelist || wasRelist)
        }
        return newer
    }
    /// What anybody may read at any time.
    nonisolated let published = Locked(LeadershipStatus())
    /// The shards' Leases by number, and this replica's own at the end.
    var slots: [ShardSlot]
    /// All Leases, those of other replicas and other numbers of shards among them.
    var directory: LeaseDirectory
    /// What distinguishes our configuration.
    var mark: ConfigurationMark
    /// Of shards that came and went.
    var counts = LeadershipStatus.Counts()
    /// The last shard that was handed over, until somebody has it.
    var handover: (shard: Int, target: String, until: MonotonicTime)?
    /// Replicas that did not take what they were handed, until they take one or are gone.
    var declined: [String: Refusals] = [:]
    /// Whether the first list is in.
    var hasList = false
    /// When the end is to be done; nil: the keeper is not to end.
    private(set) var endAt: MonotonicTime?
    /// Whether the replica's own Lease is deleted, as far as it could be.
    var isGone = false
    /// Whether a Lease is being deleted.
    var isCollecting = false
    /// Before when no other is; nil: at any time.
    var collectsAt: MonotonicTime?
    /// What the log was told last.
    var told = Told()
    /// Until when a child task sleeps.
    private var sleeping: MonotonicTime?
    /// What is to be run once the input is taken in.
    var work: [Work] = []

    /// Does nothing before `run`.
    init(_ settings: Settings, configuration: SupervisorConfiguration, supervising: any ShardSupervising) {
        self.settings = settings
        self.supervising = supervising
        let map = ShardMap(count: settings.shardCount)
        self.map = map
        api = ShardLeaseAPI(
            client: settings.client,
            namespace: settings.namespace,
            timeout: settings.timing.requestTimeout
        )
        informer = Informer(
            client: settings.client,
            namespace: settings.namespace,
            labelSelector: ShardLease.selector(prefix: settings.leaseName),
            keepsAll: true,
            logger: settings.logger
        )
        mark = ConfigurationMark(configuration, namespace: settings.namespace, map: map)
        directory = LeaseDirectory(prefix: settings.leaseName)
        calls = (0..<map.count).map { _ in ShardCalls() }
        slots = Self.slots(settings, map)
    }

    private static func slots(_ settings: Settings, _ map: ShardMap) -> [ShardSlot] {
        let prefix = settings.leaseName
        func slot(_ name: String, _ kind: ShardLease.Kind) -> ShardSlot {
            ShardSlot(
                name: name,
                labels: [ShardLease.Label.kind: kind.rawValue, ShardLease.Label.family: prefix],
                elector: LeaderElector(
                    identity: settings.identity,
                    timing: settings.timing,
                    jitter: settings.jitter
                )
            )
        }
        let shards = (0..<map.count).map { slot(ShardLeaseNames.shard($0, of: map.count, prefix: prefix), .shard) }
        return shards + [slot(ShardLeaseNames.replica(settings.identity, prefix: prefix), .replica)]
    }

    /// The slot of the replica's own Lease.
    var own: Int { map.count }

    /// The shards' slots.
    var shards: Range<Int> { 0..<map.count }

    // MARK: For others

    /// Other replicas that live.
    nonisolated var standbys: Int { published.withLock { $0.standbys } }

    /// Where all shards stand.
    nonisolated var status: LeadershipStatus { published.withLock { $0 } }

    /// Another configuration is supervised: the Leases say so from their next renewal on.
    nonisolated func configurationChanged(_ configuration: SupervisorConfiguration) {
        mailbox.post(.configuration(configuration), for: .configuration)
    }

    /// Ends all shards, releases their Leases and deletes the replica's own; `run` returns then.
    nonisolated func finish() {
        mailbox.post(.finish, for: .finish)
    }

    // MARK: Running

    /// Holds shards until it was told to finish, or the task is cancelled.
    nonisolated func run() async {
        let subscription = await informer.subscribe(to: .labels([:])) { [mailbox] event in
            guard case .snapshot(let snapshot) = event else { return }
            mailbox.post(.leases(snapshot.objects, isRelist: snapshot.isRelist), for: .leases)
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.informer.run() }
            for (shard, calls) in calls.enumerated() {
                group.addTask { await self.make(calls, for: shard) }
            }
            for work in await begin() { group.addTask { await work() } }
            for await batch in mailbox.batches {
                for input in batch {
                    for work in await take(input) { group.addTask { await work() } }
                }
                if await isDone { break }
            }
            for calls in calls { calls.finish() }
            group.cancelAll()
        }
        await informer.unsubscribe(subscription)
        await end()
    }

    private nonisolated func make(_ calls: ShardCalls, for shard: Int) async {
        await calls.run(shard, supervising) { [mailbox] count in
            mailbox.post(.ended(shard: shard, count: count), for: .ended(shard: shard))
        }
    }

    /// Creates the replica's own Lease; shards are taken once all Leases are known.
    private func begin() -> [Work] {
        let now = settings.clock.now()
        want(.atOnce, own, at: now)
        act(own) { $0.leaseObserved(nil, isRelist: true, at: now) }
        return settle(at: now)
    }

    /// Nothing may be written any more, however the end came.
    private func end() {
        let now = settings.clock.now()
        for slot in slots.indices {
            slots[slot].authority?.end(at: now)
            slots[slot].authority = nil
        }
    }

    private var isDone: Bool {
        guard let endAt else { return false }
        if settings.clock.now() >= endAt { return true }
        return isGone && slots[shards].allSatisfy { !$0.isEnding && $0.stage == .settled && $0.elector.isReleased }
    }

    // MARK: Inputs

    private func take(_ input: Input) -> [Work] {
        let now = settings.clock.now()
        switch input {
        case .leases(let leases, let isRelist): observed(leases, isRelist: isRelist, at: now)
        case .woke: sleeping = sleeping.flatMap { $0 <= now ? nil : $0 }
        case .read(let slot, let id, let answer):
            answered(slot, "read", answer.lease, answer.error)
            act(slot) { $0.readFinished(id, answer.outcome, at: now) }
        case .wrote(let slot, let id, let answer):
            answered(slot, "write", answer.lease, answer.error)
            act(slot) { $0.writeFinished(id, answer.outcome, at: now) }
        case .ended(let shard, let count):
            slots[shard].ended = count
            groupsEnded(shard, at: now)
        case .configuration(let configuration):
            mark = ConfigurationMark(configuration, namespace: settings.namespace, map: map)
        case .collected(let error): collected(error, at: now)
        case .farewell(let error):
            report(error, "delete", own)
            isGone = true
        case .finish: endAt = endAt ?? now + Self.patience
        }
        return settle(at: now)
    }

    private func observed(_ leases: [Lease], isRelist: Bool, at now: MonotonicTime) {
        directory.replace(with: leases, at: now)
        for slot in slots.indices where !isLeaving(slot) {
            let entry = directory.entries[slots[slot].name]
            if let entry {
                slots[slot].remember(entry.lease)
            } else if hasList, !slots[slot].wasObserved {
                // It was created a moment ago, and the watch is not there yet.
                continue
            }
            slots[slot].wasObserved = entry != nil
            act(slot) { $0.leaseObserved(entry?.view, isRelist: isRelist, at: now) }
        }
        hasList = true
    }

    /// Whether it is the replica's own Lease, which is being deleted.
    private func isLeaving(_ slot: Int) -> Bool { slot == own && endAt != nil }

    // MARK: Going on

    /// Does what is due, and says what is to be run.
    private func settle(at now: MonotonicTime) -> [Work] {
        for slot in slots.indices where !isLeaving(slot) { act(slot) { $0.woke(at: now) } }
        let live = directory.replicas(at: now)
        review(live, at: now)
        if endAt != nil { leave() } else { collect(live, at: now) }
        reportStrangers(at: now)
        publish(live, at: now)
        sleep(at: now)
        defer { work = [] }
        return work
    }

    private func sleep(at now: MonotonicTime) {
        let times =
            slots.indices.filter { !isLeaving($0) }.flatMap { slot in
                [slots[slot].elector.wakeTime, slots[slot].elector.observedEnd]
            } + [directory.nextEnd(after: now), declined.values.map(\.until).filter { $0 > now }.min()]
            + [handover?.until, endAt]
            + slots[shards].map { $0.freeSince.map { $0 + lastResort } }
        guard let next = times.compactMap({ $0 }).filter({ $0 > now }).min(), sleeping.map({ next < $0 }) ?? true
        else { return }
        sleeping = next
        work.append { [clock = settings.clock, mailbox] in
            if await clock.sleep(next) { mailbox.post(.woke, for: .wake) }
        }
    }
}
