import FailoverCore
import KubernetesClient
import Testing

@testable import Supervision

/// A registry that follows a namespace, for groups of several shards that mean the same pods.
@Suite(.timeLimit(.minutes(5))) struct RivalRegistryTests {
    private let web = [try? Samples.pod("web-0"), try? Samples.pod("web-1")].compactMap { $0 }
    private static let scope = RoleClaims.Scope(namespace: "default", key: "role")

    private let wish = RoleClaims.Wish(scopes: [scope], pods: [Member.ID("uid-web-0"), Member.ID("uid-web-1")])

    /// Claims until the verdict is certain.
    private func verdict(
        on claimant: RoleClaims.Claimant,
        _ registry: ClaimRegistry,
        _ heard: EventLog,
        keepsPods: Bool = false
    ) async -> RoleClaims.Verdict {
        for _ in 0..<10 {
            let word = "\(claimant.group) may claim"
            let count = heard.lines(with: word).count
            let verdict = await registry.claim(wish, web, for: claimant, keepsPods: keepsPods) { heard.add(word) }
            if verdict != .pending { return verdict }
            await heard.wait(for: word, count: count + 1)
        }
        return .pending
    }

    /// Follows a cluster of one Service.
    private func run(
        _ registry: ClaimRegistry,
        _ body: (FakeCluster) async throws -> Void
    ) async throws {
        let cluster = FakeCluster(log: EventLog())
        let service = try Samples.service("web")
        cluster.change { $0.services["web"] = service }
        let informers = SupervisedGroups.NamespaceInformers(
            pods: cluster.pods,
            services: cluster.services,
            leases: cluster.leases,
            endpoints: cluster.endpoints
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await registry.follow(informers, in: "default") }
            try await body(cluster)
            group.cancelAll()
        }
        #expect(cluster.services.subscriberCount == 0 && cluster.leases.subscriberCount == 0)
        #expect(cluster.pods.subscriberCount == 0)
    }

    /// The group that waits holds nothing: the other may come to this process, and finds its pods free.
    @Test func whoWaitsHoldsNothing() async throws {
        let (a, b) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "b1", run: 2))
        let (registry, heard) = (ClaimRegistry(spansShards: true), EventLog())
        await registry.filed([try RivalIndex.group("a0"), try RivalIndex.group("b1")])
        await registry.expect([.init(claimant: b, scope: Self.scope)], ending: [])
        try await run(registry) { cluster in
            #expect(await verdict(on: b, registry, heard) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
            await registry.expect([.init(claimant: a, scope: Self.scope)], ending: [])
            #expect(await verdict(on: a, registry, heard) == .granted)
            // The Service of the first is gone, and so is its claim.
            let count = heard.lines(with: "b1 may claim").count
            await registry.abstain(a)
            cluster.change { $0.services = [:] }
            await heard.wait(for: "b1 may claim", count: count + 1)
            #expect(await verdict(on: b, registry, heard) == .granted)
        }
    }

    /// Whoever runs keeps its pods, whatever a reload adds before it: its record tells the others.
    @Test func aReloadTakesNoPodsFromAGroupThatHasARecord() async throws {
        let (a, b) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "b1", run: 2))
        let (registry, heard) = (ClaimRegistry(spansShards: true), EventLog())
        await registry.filed([try RivalIndex.group("b1")])
        try await run(registry) { cluster in
            #expect(await verdict(on: b, registry, heard) == .granted)
            cluster.change { objects in
                var lease = Lease(metadata: ObjectMeta(name: "kube-standby-b1"), spec: .init())
                lease.metadata.resourceVersion = objects.nextVersion()
                objects.leases["kube-standby-b1"] = lease
            }
            await registry.filed([try RivalIndex.group("a0"), try RivalIndex.group("b1")])
            #expect(await verdict(on: a, registry, heard) == .contested(pod: Member.ID("uid-web-0"), by: "b1"))
            #expect(await verdict(on: b, registry, heard) == .granted)
        }
    }

    /// The pods of a switch on its way are nobody else's, also of no group of the same shard.
    @Test func whoWaitsInTheMiddleOfASwitchKeepsItsPodsUntilItLetsGo() async throws {
        let (b, c) = (RoleClaims.Claimant(group: "b1", run: 1), RoleClaims.Claimant(group: "c0", run: 2))
        let (registry, heard) = (ClaimRegistry(spansShards: true), EventLog())
        await registry.filed([try RivalIndex.group("b1")])
        try await run(registry) { _ in
            #expect(await verdict(on: b, registry, heard) == .granted)
            await registry.filed([try RivalIndex.group("a0"), try RivalIndex.group("b1")])
            let verdict = await self.verdict(on: b, registry, heard, keepsPods: true)
            #expect(verdict == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
            // By now the file has no group that is in the way of the third.
            await registry.filed([try RivalIndex.group("c0")])
            #expect(await self.verdict(on: c, registry, heard).isContested)
            await registry.letGo(b)
            #expect(await self.verdict(on: c, registry, heard) == .granted)
        }
    }

    /// The Leases cannot be listed, so that it is not known whether a rival has a record: that concerns nobody else.
    @Test func whatIsNotKnownOfRivalsHoldsUpNobodyElse() async throws {
        let (a, c) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "c0", run: 2))
        let (registry, heard) = (ClaimRegistry(spansShards: true), EventLog())
        let cluster = FakeCluster(log: EventLog())
        let services = try [
            Samples.service("web"), Samples.service("db", selector: #"{"app":"db","role":"active"}"#),
        ]
        cluster.change { objects in for service in services { objects.services[service.metadata.name ?? ""] = service }
        }
        let informers = SupervisedGroups.NamespaceInformers(
            pods: cluster.pods,
            services: cluster.services,
            leases: FakeObjectSource<Lease>("leases", log: EventLog()),
            endpoints: cluster.endpoints
        )
        await registry.filed(
            [try RivalIndex.group("a0"), try RivalIndex.group("b1"), try RivalIndex.group("c0", service: "db")]
        )
        await registry.expect([a, c].map { .init(claimant: $0, scope: Self.scope) }, ending: [])
        let db = try Samples.pod("db-0", app: "db")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await registry.follow(informers, in: "default") }
            // What is awaited in the end is the record of the other, and no Service any more.
            for attempt in 1... {
                #expect(await registry.claim(wish, web, for: a) { heard.add("a0 may claim") } == .pending)
                if await registry.needs(in: "default").records.contains("b1") { break }
                await heard.wait(for: "a0 may claim", count: attempt)
            }
            let own = RoleClaims.Wish(scopes: [Self.scope], pods: [Member.ID("uid-db-0")])
            #expect(await registry.claim(own, [db], for: c) {} == .granted)
            group.cancelAll()
        }
    }

    /// Groups of one shard come in the order of the file, whoever asks first while the Services are not known.
    @Test func whoeverAsksBeforeTheServicesAreKnownKeepsItsPlace() async throws {
        let (a, b) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "b0", run: 2))
        let (registry, heard) = (ClaimRegistry(spansShards: true), EventLog())
        await registry.filed([try RivalIndex.group("a0"), try RivalIndex.group("b0")])
        await registry.expect([a, b].map { .init(claimant: $0, scope: Self.scope) }, ending: [])
        #expect(await registry.claim(wish, web, for: b) { heard.add("known") } == .pending)
        try await run(registry) { _ in
            await heard.wait(for: "known")
            #expect(await registry.claim(wish, web, for: b) {} == .pending)
            #expect(await registry.claim(wish, web, for: a) {} == .granted)
            #expect(await registry.claim(wish, web, for: b) {}.isContested)
        }
    }
}
