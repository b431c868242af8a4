import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// Groups on one cluster without a server; each run of a group is known by its number.
final class SupervisedGroupsStage: Sendable {
    let log = EventLog()
    let clock = TestClock()
    let cluster: FakeCluster
    let probes: FakeProbes
    let supervised: SupervisedGroups

    init() throws {
        let (log, clock, claims) = (log, clock, ClaimRegistry())
        let cluster = FakeCluster(log: log)
        let probes = FakeProbes(clock: clock, log: log)
        (self.cluster, self.probes) = (cluster, probes)
        supervised = Self.groups(on: cluster, probes, claims, clock, log)
        let services = try [Samples.service("web"), Samples.service("db", selector: Self.selector("db"))]
        let pods = try [
            Samples.pod("web-0", role: "active"), Samples.pod("web-1", number: 1, role: "passive"),
            Samples.pod("db-0", number: 2, app: "db", role: "active"),
        ]
        cluster.change { objects in
            for service in services { objects.services[service.metadata.name ?? ""] = service }
            for pod in pods { objects.pods[pod.metadata.name ?? ""] = pod }
        }
    }

    /// Groups that name a namespace are in shard 1, the others in shard 0; those with a cooldown of 7 s are observed.
    static func groups(
        on cluster: FakeCluster,
        _ probes: FakeProbes,
        _ claims: ClaimRegistry,
        _ clock: TestClock,
        _ log: EventLog
    ) -> SupervisedGroups {
        SupervisedGroups(
            namespace: "default",
            claims: claims,
            sharing: .init(
                shard: { $0.namespace == nil ? 0 : 1 },
                observes: { $0.failover.cooldown == .seconds(7) }
            )
        ) { namespace in
            log.add("informers of \(namespace)")
            return .init(
                pods: cluster.pods,
                services: cluster.services,
                leases: cluster.leases,
                endpoints: cluster.endpoints
            )
        } makeSupervisor: { group, namespace, start in
            log.add("run \(start.claimant.run) of \(group.name) in \(namespace)")
            var surroundings = GroupStage.surroundings(cluster, probes, claims, start.gate, clock, log, group)
            surroundings.tasks = start.tasks
            return GroupSupervisor(
                group,
                namespace: namespace,
                claimant: start.claimant,
                identity: "me",
                isDryRun: false,
                standing: start.standing,
                surroundings: surroundings
            )
        }
    }

    static func selector(_ app: String) -> String { #"{"app":"\#(app)","role":"active"}"# }

    /// Runs the groups with a configuration, and ends it after `body`.
    func run(
        _ groups: String...,
        holding shards: [Int] = [0, 1],
        body: @escaping @Sendable (SupervisedGroupsStage) async throws -> Void
    ) async throws {
        let first = try Samples.configuration(list: groups)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.supervised.run()
                self.log.add("groups ended")
            }
            for shard in shards { await supervised.shardTaken(shard, authority: WriteAuthority(until: nil)) }
            _ = await supervised.apply(first)
            try await body(self)
            supervised.finish()
            try await group.waitForAll()
        }
    }

    @discardableResult
    func apply(_ groups: String...) async throws -> ConfigurationDiff {
        await supervised.apply(try Samples.configuration(list: groups))
    }

    var active: [String] {
        cluster.objects.pods.values.filter { $0.metadata.labels?["role"] == "active" }
            .compactMap(\.metadata.name).sorted()
    }
}
