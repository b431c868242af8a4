import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// Groups of several shards that mean the same pods: the first of the file has them, whichever replica leads it.
@Suite(.timeLimit(.minutes(5))) struct RivalIndexTests {
    /// Groups named by their shards: `a0` is in shard 0.
    private static func group(
        _ name: String,
        service: String = "web",
        _ more: String = ""
    ) throws -> RivalIndex.FiledGroup {
        let configuration = try Samples.group(name, service: service, more)
        return .init(
            configuration: configuration,
            namespace: configuration.namespace ?? "default",
            shard: name.last.flatMap(\.wholeNumberValue) ?? 0
        )
    }

    private static func index(
        _ groups: RivalIndex.FiledGroup...,
        services: [Service]? = nil,
        in namespace: String = "default"
    ) throws -> RivalIndex {
        var index = RivalIndex()
        index.filed(groups)
        let usual = try [Samples.service("web"), Samples.service("db", selector: #"{"app":"db","role":"active"}"#)]
        let isNews = index.servicesSeen(services ?? usual, in: namespace)
        #expect(isNews)
        return index
    }

    private static let scopes: Set<RoleClaims.Scope> = [.init(namespace: "default", key: "role")]

    /// The namespace has these Services, which may be news.
    private func see(
        _ services: [Service],
        isNews expected: Bool,
        _ index: inout RivalIndex,
        at location: SourceLocation = #_sourceLocation
    ) {
        let isNews = index.servicesSeen(services, in: "default")
        #expect(isNews == expected, sourceLocation: location)
    }

    private let web = [try? Samples.pod("web-0"), try? Samples.pod("web-1")].compactMap { $0 }

    @Test func theFirstOfTheFileIsInNobodysWay() throws {
        let index = try Self.index(Self.group("a0"), Self.group("b1"))
        #expect(index.obstacle(to: "a0", web, in: Self.scopes) == nil)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
        #expect(
            index.obstacle(to: "b1", [try Samples.pod("db-0", app: "db")], in: Self.scopes) == nil,
            "the other means no such pod"
        )
    }

    @Test func theFirstOfSeveralIsNamed() throws {
        let index = try Self.index(Self.group("a0"), Self.group("b1"), Self.group("c2"))
        #expect(index.obstacle(to: "c2", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
    }

    /// Within a shard the claims decide, by which whoever came first keeps what it has.
    @Test func groupsOfOneShardAreNoRivals() throws {
        let index = try Self.index(Self.group("a0"), Self.group("b0"))
        #expect(index.obstacle(to: "b0", web, in: Self.scopes) == nil)
    }

    @Test(arguments: [
        ", roleLabel: {key: other}", ", namespace: far", ", mode: EndpointSlice",
        ", selector: {matchLabels: {app: db}}",
    ])
    func anotherKeyAnotherNamespaceOrAnotherModeIsNoRival(of first: String) throws {
        let index = try Self.index(Self.group("a0", first), Self.group("b1"))
        let isNarrowed = first.contains("selector")
        let expected: RoleClaims.Verdict? = isNarrowed ? .contested(pod: Member.ID("uid-web-0"), by: "a0") : nil
        #expect(
            index.obstacle(to: "b1", web, in: Self.scopes) == expected,
            "a group's own selector narrows its candidates, not its members"
        )
    }

    @Test func nothingIsKnownBeforeTheServicesAre() throws {
        var index = RivalIndex()
        index.filed([try Self.group("a0"), try Self.group("b1")])
        #expect(
            index.obstacle(to: "a0", web, in: Self.scopes) == .pending
                && index.obstacle(to: "b1", web, in: Self.scopes) == .pending
        )
        see([], isNews: true, &index)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil, "a group without a Service means no pods")
        #expect(index.obstacle(to: "unknown", web, in: Self.scopes) == nil)
    }

    @Test func followsWhatTheServicesSelect() throws {
        var index = try Self.index(Self.group("a0", service: "db"), Self.group("b1"))
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil)
        let web = try Samples.service("web")
        let db = try Samples.service("db")
        see([web, db], isNews: true, &index)
        #expect(index.obstacle(to: "b1", self.web, in: Self.scopes) != nil)
        see([web, db], isNews: false, &index)
        see([web, db, try Samples.service("other")], isNews: false, &index)
        let blue = try Samples.service("db", selector: #"{"app":"web","role":"blue"}"#)
        see([web, blue], isNews: true, &index)
        #expect(
            index.obstacle(to: "b1", self.web, in: Self.scopes) == nil,
            "a Service that selects by no role cannot be used"
        )
        see([web, db], isNews: true, &index)
        see([web], isNews: true, &index)
        #expect(index.obstacle(to: "b1", self.web, in: Self.scopes) == nil)
    }

    @Test func anotherFileIsHeldAgainstTheSameServices() throws {
        var index = try Self.index(Self.group("a0"), Self.group("b1"))
        index.filed([try Self.group("b1"), try Self.group("a0")])
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil)
        #expect(index.obstacle(to: "a0", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "b1"))
        index.filed([try Self.group("a0")])
        #expect(
            index.obstacle(to: "a0", web, in: Self.scopes) == nil
                && index.obstacle(to: "b1", web, in: Self.scopes) == nil
        )
    }

    /// The Service of a group that a reload adds was there before, and nothing of it changes.
    @Test func aGroupThatIsAddedIsHeldAgainstServicesThatWereThere() throws {
        var index = try Self.index(Self.group("b1"))
        index.filed([try Self.group("a0", service: "db"), try Self.group("b1")])
        let pods = [try Samples.pod("db-0", app: "db")]
        #expect(index.obstacle(to: "b1", pods, in: Self.scopes) != nil, "it means the pods of another Service, too")
    }

    /// While a label is changed, whoever changes it writes both.
    @Test func aLabelThatIsBeingChangedIsStillClaimed() throws {
        var index = try Self.index(Self.group("a0"), Self.group("b1"))
        index.filed([try Self.group("a0", ", roleLabel: {key: other}"), try Self.group("b1")])
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
        see([try Samples.service("web", selector: #"{"app":"web","other":"active"}"#)], isNews: true, &index)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil, "it routes by the new one")
        let others: Set<RoleClaims.Scope> = [.init(namespace: "default", key: "other")]
        #expect(index.obstacle(to: "b1", web, in: others) != nil)
    }

    // MARK: In the registry

    private static let scope = RoleClaims.Scope(namespace: "default", key: "role")

    /// The group that waits holds nothing: the other may come to this process, and finds its pods free.
    @Test func whoWaitsHoldsNothing() async throws {
        let (a, b) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "b1", run: 2))
        let (registry, services, heard) = (ClaimRegistry(spansShards: true), Self.source(), EventLog())
        await registry.filed([try Self.group("a0"), try Self.group("b1")])
        let wish = RoleClaims.Wish(scopes: [Self.scope], pods: Set(web.compactMap(\.metadata.uid).map(Member.ID.init)))
        await registry.expect([.init(claimant: b, scope: Self.scope)], ending: [])
        #expect(await registry.claim(wish, web, for: b) { heard.add("b1") } == .pending)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await registry.follow(services, in: "default") }
            services.show([try Samples.service("web")], version: 1)
            await heard.wait(for: "b1")
            let verdict = await registry.claim(wish, web, for: b) { heard.add("b1 again") }
            #expect(verdict == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
            await registry.expect([.init(claimant: a, scope: Self.scope)], ending: [])
            #expect(await registry.claim(wish, web, for: a) {} == .granted)
            // The Service of the first is gone, and so is its claim.
            await registry.abstain(a)
            services.show([], version: 2)
            await heard.wait(for: "b1 again")
            #expect(await registry.claim(wish, web, for: b) {} == .granted)
            group.cancelAll()
        }
        #expect(services.subscriberCount == 0)
    }

    /// Groups of one shard come in the order of the file, whoever asks first while the Services are not known.
    @Test func whoeverAsksBeforeTheServicesAreKnownKeepsItsPlace() async throws {
        let (a, b) = (RoleClaims.Claimant(group: "a0", run: 1), RoleClaims.Claimant(group: "b0", run: 2))
        let (registry, services, heard) = (ClaimRegistry(spansShards: true), Self.source(), EventLog())
        await registry.filed([try Self.group("a0"), try Self.group("b0")])
        await registry.expect([a, b].map { .init(claimant: $0, scope: Self.scope) }, ending: [])
        let wish = RoleClaims.Wish(scopes: [Self.scope], pods: Set(web.compactMap(\.metadata.uid).map(Member.ID.init)))
        #expect(await registry.claim(wish, web, for: b) { heard.add("known") } == .pending)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await registry.follow(services, in: "default") }
            services.show([try Samples.service("web")], version: 1)
            await heard.wait(for: "known")
            #expect(await registry.claim(wish, web, for: b) {} == .pending)
            #expect(await registry.claim(wish, web, for: a) {} == .granted)
            let verdict = await registry.claim(wish, web, for: b) {}
            #expect(
                verdict == .contested(pod: Member.ID("uid-web-0"), by: "a0")
                    || verdict == .contested(pod: Member.ID("uid-web-1"), by: "a0")
            )
            group.cancelAll()
        }
    }

    private static func source() -> FakeObjectSource<Service> { FakeObjectSource("services", log: EventLog()) }
}
