import Coordination
import FailoverCore
import KubernetesClient
import Leadership
import Probing
import StandbyConfiguration

/// How the groups of all namespaces come by what they share.
extension Supervisor {
    /// Which groups are led when a shard is held, and which are observed without.
    private static func sharing(_ parts: Parts) -> SupervisedGroups.Sharing {
        let map = ShardMap(count: parts.election?.shards ?? 1)
        let probes = parts.election?.standbyProbes ?? .none
        return .init(
            shard: { map.shard(namespace: $0.namespace ?? parts.namespace, name: $0.name) },
            observes: probes.include
        )
    }

    /// The groups, each of which gets the informers of its namespace, and the rest that there is once.
    static func supervisedGroups(
        _ parts: Parts,
        _ probes: ProbeEngine,
        _ limits: KubernetesGroupAPI.Limits,
        _ nodes: Informer<Node>,
        _ hooks: HookRunner,
        standbys: @escaping @Sendable () -> Int,
        feed: StatusFeed,
        notify: @escaping @Sendable (GroupNotice) -> Void
    ) -> SupervisedGroups {
        let scoreTurns = RequestLimiter(limit: GroupSupervisor.mostAsked)
        let companions = CompanionRegistry()
        let claims = ClaimRegistry(spansShards: parts.election.map { $0.shards > 1 } ?? false)
        let calendar = WallCalendar()
        return SupervisedGroups(
            namespace: parts.namespace,
            claims: claims,
            companions: companions,
            sharing: sharing(parts)
        ) { namespace in
            .init(
                pods: Informer(client: parts.client, namespace: namespace, logger: parts.logger),
                services: Informer(client: parts.client, namespace: namespace, logger: parts.logger),
                leases: Informer(
                    client: parts.client,
                    namespace: namespace,
                    labelSelector: "\(RecordMapping.label.key)=\(RecordMapping.label.value)",
                    keepsAll: true,
                    logger: parts.logger
                ),
                endpoints: Informer(
                    client: parts.client,
                    namespace: namespace,
                    labelSelector: ServiceEndpoints.serviceLabel,
                    loss:
                        "EndpointSlices cannot be read: moves do not wait for them, and do not tell when they followed",
                    logger: parts.logger
                )
            )
        } makeSupervisor: { group, namespace, start in
            let api = KubernetesGroupAPI(
                client: parts.client,
                group: group,
                namespace: namespace,
                limits: limits,
                gate: start.gate,
                clock: .system
            )
            return GroupSupervisor(
                group,
                namespace: namespace,
                claimant: start.claimant,
                identity: parts.identity,
                isDryRun: parts.isDryRun,
                standing: start.standing,
                surroundings: .init(
                    api: api,
                    pods: start.informers.pods,
                    services: start.informers.services,
                    leases: start.informers.leases,
                    endpoints: start.informers.endpoints,
                    nodes: nodes,
                    probes: probes,
                    claims: claims,
                    companions: companions,
                    gate: start.gate,
                    clock: .system,
                    alarm: Alarm(on: parts.probeLoop),
                    hooks: hooks,
                    notify: notify,
                    scoreTurns: scoreTurns,
                    tasks: start.tasks,
                    standbys: standbys,
                    feed: feed,
                    calendar: calendar
                )
            )
        }
    }
}
