import Coordination
import FailoverCore
import Foundation
import HostSystem
import KubernetesClient
import Leadership
import Logging
package import Probing
import ServiceLifecycle
package import StandbyConfiguration
import Transport

/// Supervises all groups of a configuration: one informer for each namespace and kind, one probe engine, one actor for
/// each group.
package struct Supervisor: ServiceLifecycle.Service {
    private let parts: Parts
    /// The groups that run here.
    let groups: SupervisedGroups
    private let limits: KubernetesGroupAPI.Limits
    /// Asks nothing before a group does.
    private let nodes: Informer<Node>
    /// Nil: the supervisor is alone.
    private let keeper: ShardKeeper?
    private let probes: ProbeEngine
    private let events: EventRecorder
    private let log: NoticeLog
    /// Tells people.
    private let notifier: Notifier
    /// The loop for the requests of hooks; there is none before the first.
    private let hookLoop: LazyLoop
    /// Tells which groups may stand elsewhere than before.
    package let feed = StatusFeed()

    /// `observe`: called for each notice, on any thread; must be quick.
    package init(_ parts: Parts, observe: @escaping @Sendable (GroupNotice) -> Void = { _ in }) {
        self.parts = parts
        probes = ProbeEngine(loop: parts.probeLoop, client: parts.client, metrics: parts.metrics) {
            [logger = parts.logger] in
            Self.log($0, logger)
        }
        events = EventRecorder(client: parts.client, logger: parts.logger)
        log = NoticeLog(logger: parts.logger)
        let notifier = Notifier(logger: parts.logger, metrics: parts.metrics)
        self.notifier = notifier
        let metrics = NoticeMetrics(parts.metrics)
        let standbys = Locked<@Sendable () -> Int>({ 0 })
        limits = KubernetesGroupAPI.Limits()
        nodes = Informer(
            client: parts.client,
            namespace: nil,
            loss: "nodes cannot be read: no role moves off a node that is being drained before its pods are evicted, "
                + "and groups that belong together know each other's nodes only, not their zones",
            logger: parts.logger
        )
        let hookLoop = LazyLoop(name: "hooks")
        self.hookLoop = hookLoop
        groups = Self.supervisedGroups(
            parts,
            probes,
            limits,
            nodes,
            HookRunner(parts, posts: hookLoop),
            standbys: { standbys.withLock { $0 }() },
            feed: feed,
            notify: Self.notifier(parts, events, log) { notice in
                metrics.heard(notice)
                notifier.publish(notice)
                observe(notice)
            }
        )
        keeper = parts.election.map { [groups] in Self.keeper(parts, $0, groups) }
        if let keeper { standbys.withLock { $0 = { keeper.standbys } } }
    }

    private static func keeper(_ parts: Parts, _ election: Election, _ groups: SupervisedGroups) -> ShardKeeper {
        let settings = ShardKeeper.Settings(
            client: parts.client,
            namespace: parts.namespace,
            identity: parts.identity,
            leaseName: election.leaseName,
            shardCount: election.shards,
            timing: election.timing,
            logger: parts.logger
        )
        return ShardKeeper(settings, configuration: parts.configuration, supervising: groups)
    }

    private static func log(_ concern: ProbeConcern, _ logger: Logger) {
        switch concern {
        case .doubt(let suspension):
            logger.warning(
                "probes are doubted, automatic moves are suspended",
                metadata: ["cause": "\(suspension.reason)", "for": "\(Suspension.duration)"]
            )
        case .descriptors(let needed, let limit):
            logger.error(
                "probes may run out of descriptors: raise the limit (ulimit -n, LimitNOFILE) or use longer periods",
                metadata: ["needed": "\(needed)", "limit": "\(limit)"]
            )
        case .ownFault(let cause):
            logger.error(
                "probes have no result for a fault of this machine's; nothing moves for that",
                metadata: ["cause": "\(cause)"]
            )
        }
    }

    private static func notifier(
        _ parts: Parts,
        _ events: EventRecorder,
        _ log: NoticeLog,
        _ observe: @escaping @Sendable (GroupNotice) -> Void
    ) -> @Sendable (GroupNotice) -> Void {
        let translation = NoticeEvents(instance: parts.identity)
        return { notice in
            log.write(notice)
            if !parts.isDryRun, let event = translation.event(of: notice) { events.publish(event) }
            observe(notice)
        }
    }

    /// Whether the first list of every namespace is in.
    package var isReady: Bool {
        get async { await groups.isReady }
    }

    private var loops: [EventLoop] {
        [parts.probeLoop, parts.client.loop] + [notifier.loop, hookLoop.begun].compactMap(\.self)
    }

    /// The names of the event loops that take up no work within `limit`; empty while the supervisor is alive.
    package func hangingLoops(after limit: Duration) async -> [String] {
        var hanging: [String] = []
        for loop in loops where await !loop.turns(within: limit) { hanging.append(loop.name) }
        return hanging
    }

    /// The longest turn of each event loop in the last minute or two, by the loop's name.
    package var longestTurns: [(loop: String, turn: Duration)] { loops.map { ($0.name, $0.longestTurn) } }

    /// Ends the event loops; nothing of the supervisor can be used afterwards.
    package func stopLoops() {
        for loop in loops { loop.stop() }
    }

    /// Goes over to another configuration: groups that it leaves as they are go on undisturbed.
    ///
    /// No role moves because of that alone.
    @discardableResult
    package func apply(_ configuration: SupervisorConfiguration) async -> ConfigurationDiff {
        if !parts.isDryRun { notifier.apply(configuration.notifications) }
        let diff = await groups.apply(configuration)
        keeper?.configurationChanged(configuration)
        return diff
    }

    /// Leaves an Event on the supervisor's own pod to be sent.
    package func tell(_ reason: EventReason, _ note: String) {
        // Of several replicas those tell people that lead groups.
        if leadership?.shards.contains(where: \.isOurs) ?? true { notifier.publish(reason, note) }
        guard let pod = parts.pod, !parts.isDryRun else { return }
        events.publish(NoticeEvents(instance: parts.identity).event(reason, note, on: pod))
    }

    /// The writes of all groups.
    package var writeCounts: WriteCounts {
        get async { await limits.writes.counts }
    }

    /// Who supervises what, as this replica sees it; nil: it is alone and supervises everything.
    package var leadership: LeadershipStatus? { keeper?.status }

    /// Where each probe of a group stands, by pod.
    package func probeProgress(of group: String) async -> [String: ProbeProgress] {
        await probes.progress(of: group)
    }

    /// Supervises until a graceful shutdown, which moves nothing, or until the task is cancelled.
    package func run() async throws {
        await apply(parts.configuration)
        await withDiscardingTaskGroup { background in
            background.addTask { await probes.run() }
            background.addTask { await events.run() }
            background.addTask { await log.run() }
            background.addTask { await limits.writes.run(.system, parts.logger) }
            background.addTask { await nodes.run() }
            background.addTask { await notifier.run() }
            background.addTask { await Self.giveBackMemory() }
            await withGracefulShutdownHandler {
                await runGroups()
            } onGracefulShutdown: {
                feed.close()
                if let keeper { keeper.finish() } else { groups.finish() }
            }
            background.cancelAll()
        }
    }

    /// After thousands of groups have started or moved, until the task is cancelled; the files' pages that the start alone
    /// needed once, after half a minute.
    private static func giveBackMemory() async {
        var (memory, looks) = (FreeMemory(), 0)
        while (try? await Task.sleep(for: .seconds(10))) != nil {
            memory.giveBack()
            looks += 1
            if looks == 3 { FilePages.giveBack() }
        }
    }

    /// Runs the groups while this supervisor leads them; the Leases are given back before the last informer ends.
    private func runGroups() async {
        guard let keeper else {
            await groups.shardTaken(0, authority: WriteAuthority(until: nil))
            return await groups.run()
        }
        await withDiscardingTaskGroup { background in
            background.addTask { await groups.run() }
            await keeper.run()
            groups.finish()
        }
    }
}
