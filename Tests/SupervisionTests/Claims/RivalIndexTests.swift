import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import Supervision

/// Groups of several shards that mean the same pods: the first of the file has them, whichever replica leads it.
@Suite(.timeLimit(.minutes(5))) struct RivalIndexTests {
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
        for group in groups { _ = index.recordSeen(false, of: group.configuration.name) }
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
        let index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"))
        #expect(index.obstacle(to: "a0", web, in: Self.scopes) == nil)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
        #expect(
            index.obstacle(to: "b1", [try Samples.pod("db-0", app: "db")], in: Self.scopes) == nil,
            "the other means no such pod"
        )
    }

    @Test func theFirstOfSeveralIsNamed() throws {
        let index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"), RivalIndex.group("c2"))
        #expect(index.obstacle(to: "c2", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
    }

    /// Within a shard the claims decide, by which whoever came first keeps what it has.
    @Test func groupsOfOneShardAreNoRivals() throws {
        let index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b0"))
        #expect(index.obstacle(to: "b0", web, in: Self.scopes) == nil)
    }

    @Test(arguments: [
        ", roleLabel: {key: other}", ", namespace: far", ", mode: EndpointSlice, selector: {matchLabels: {app: web}}",
        ", selector: {matchLabels: {app: db}}",
    ])
    func anotherKeyAnotherNamespaceOrAnotherModeIsNoRival(of first: String) throws {
        let index = try Self.index(RivalIndex.group("a0", first), RivalIndex.group("b1"))
        let isNarrowed = first.contains("app: db")
        let expected: RoleClaims.Verdict? = isNarrowed ? .contested(pod: Member.ID("uid-web-0"), by: "a0") : nil
        #expect(
            index.obstacle(to: "b1", web, in: Self.scopes) == expected,
            "a group's own selector narrows its candidates, not its members"
        )
    }

    // MARK: Records

    /// Nothing is decided before it is known who has had its pods.
    @Test func whoeverHasARecordComesFirst() throws {
        var index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"))
        let expected: [(a: Bool?, b: Bool?, first: String?)] = [
            (false, true, "b1"), (true, true, "a0"), (true, false, "a0"), (false, false, "a0"), (nil, true, nil),
            (true, nil, nil),
        ]
        for (a, b, first) in expected {
            _ = (index.recordSeen(a, of: "a0"), index.recordSeen(b, of: "b1"))
            for (group, other) in [("a0", "b1"), ("b1", "a0")] {
                let contested = RoleClaims.Verdict.contested(pod: Member.ID("uid-web-0"), by: other)
                let verdict = first == nil ? .pending : first == group ? nil : contested
                #expect(index.obstacle(to: group, web, in: Self.scopes) == verdict, "\(group) of \((a, b))")
            }
            #expect(index.answer(to: "a0", web, in: Self.scopes).needs.records == ["a0", "b1"])
        }
    }

    /// A pod of the second and third, and one that all three mean: whichever is looked at first, the first group is named.
    @Test func ofSeveralTheOneThatComesFirstIsNamedWhicheverPodShowsIt() throws {
        let services = try [
            Samples.service("a", selector: #"{"all":"x","role":"active"}"#), Samples.service("web"),
            Samples.service("c"),
        ]
        let groups = try [
            RivalIndex.group("a0", service: "a"), RivalIndex.group("b1"), RivalIndex.group("c2", service: "c"),
        ]
        let index = try Self.index(groups[0], groups[1], groups[2], services: services)
        var shared = try Samples.pod("web-1")
        shared.metadata.labels?["all"] = "x"
        for pods in [[web[0], shared], [shared, web[0]]] {
            #expect(
                index.obstacle(to: "c2", pods, in: Self.scopes) == .contested(pod: Member.ID("uid-web-1"), by: "a0")
            )
        }
    }

    /// The first two groups share a pod, the last two another.
    private struct Chain {
        var index: RivalIndex
        let pods: [Pod]

        /// `shards`: of each.
        init(_ shards: [Int]) throws {
            let names = zip(["a", "b", "c"], shards).map { "\($0)\($1)" }
            let services = try ["one", "two", "three"].map {
                try Samples.service($0, selector: #"{"\#($0)":"yes","role":"active"}"#)
            }
            index = RivalIndex()
            index.filed(
                try zip(names, ["one", "two", "three"]).map { try RivalIndex.group($0, service: $1) }
            )
            _ = index.servicesSeen(services, in: "default")
            for name in names { _ = index.recordSeen(false, of: name) }
            pods = try [("first", ["one", "two"]), ("second", ["two", "three"])].map { name, keys in
                var pod = try Samples.pod(name)
                for key in keys { pod.metadata.labels?[key] = "yes" }
                return pod
            }
        }

        /// The labels of pods.
        func labels(_ pods: [Pod]) -> [[String: String]] { pods.map { $0.metadata.labels ?? [:] } }
    }

    /// Whoever waits is in nobody's way, once that is certain; and whoever has begun meanwhile keeps its pods.
    @Test(arguments: [[0, 1, 2], [0, 1, 0]]) func whoWaitsIsInNobodysWay(shards: [Int]) throws {
        var chain = try Chain(shards)
        let (a, b, c) = ("a\(shards[0])", "b\(shards[1])", "c\(shards[2])")
        func verdict(_ group: String, _ pods: [Int]) -> RoleClaims.Verdict? {
            chain.index.obstacle(to: group, pods.map { chain.pods[$0] }, in: Self.scopes)
        }
        let (first, second) = (Member.ID("uid-first"), Member.ID("uid-second"))
        #expect(verdict(a, [0]) == nil && verdict(b, [0, 1]) == .contested(pod: first, by: a))
        #expect(verdict(c, [1]) == .contested(pod: second, by: b), "the second may begin")
        #expect(chain.index.answer(to: c, [chain.pods[1]], in: Self.scopes).needs.pods == [b])
        _ = chain.index.podsSeen(chain.labels(chain.pods), of: b)
        #expect(verdict(c, [1]) == .contested(pod: second, by: b), "the first has not begun")
        #expect(chain.index.answer(to: c, [chain.pods[1]], in: Self.scopes).needs.records == [a, b, c])
        _ = chain.index.recordSeen(true, of: a)
        #expect(verdict(c, [1]) == nil && verdict(b, [0, 1]) == .contested(pod: first, by: a))
        // The third has begun, the first lets go of its pod.
        _ = chain.index.recordSeen(true, of: c)
        _ = chain.index.podsSeen(chain.labels([chain.pods[1]]), of: b)
        #expect(verdict(b, [1]) == .contested(pod: second, by: c) && verdict(c, [1]) == nil)
    }

    /// It may have a switch on its way.
    @Test func whoHasARecordIsInTheWayAlthoughItWaits() throws {
        var chain = try Chain([0, 1, 2])
        for group in ["a0", "b1"] { _ = chain.index.recordSeen(true, of: group) }
        _ = chain.index.podsSeen(chain.labels(chain.pods), of: "b1")
        #expect(
            chain.index.obstacle(to: "c2", [chain.pods[1]], in: Self.scopes)
                == .contested(pod: Member.ID("uid-second"), by: "b1")
        )
    }

    /// What was seen of a namespace last comes late, and must not count when the file has it again.
    @Test func aNamespaceThatHasLeftTheFileDoesNotComeBackByALateLook() throws {
        var index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"))
        index.filed([try RivalIndex.group("far0", ", namespace: far")])
        see([try Samples.service("web")], isNews: false, &index)
        index.filed([try RivalIndex.group("a0"), try RivalIndex.group("b1")])
        #expect(index.obstacle(to: "a0", web, in: Self.scopes) == .pending)
    }

    @Test func nothingIsKnownBeforeTheServicesAre() throws {
        var index = RivalIndex()
        index.filed([try RivalIndex.group("a0"), try RivalIndex.group("b1")])
        #expect(
            index.obstacle(to: "a0", web, in: Self.scopes) == .pending
                && index.obstacle(to: "b1", web, in: Self.scopes) == .pending
        )
        see([], isNews: true, &index)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil, "a group without a Service means no pods")
        #expect(index.obstacle(to: "unknown", web, in: Self.scopes) == nil)
    }

    @Test func followsWhatTheServicesSelect() throws {
        var index = try Self.index(RivalIndex.group("a0", service: "db"), RivalIndex.group("b1"))
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
        var index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"))
        index.filed([try RivalIndex.group("b1"), try RivalIndex.group("a0")])
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil)
        #expect(index.obstacle(to: "a0", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "b1"))
        index.filed([try RivalIndex.group("a0")])
        #expect(
            index.obstacle(to: "a0", web, in: Self.scopes) == nil
                && index.obstacle(to: "b1", web, in: Self.scopes) == nil
        )
    }

    /// The Service of a group that a reload adds was there before, and nothing of it changes.
    @Test func aGroupThatIsAddedIsHeldAgainstServicesThatWereThere() throws {
        var index = try Self.index(RivalIndex.group("b1"))
        index.filed([try RivalIndex.group("a0", service: "db"), try RivalIndex.group("b1")])
        _ = index.recordSeen(false, of: "a0")
        let pods = [try Samples.pod("db-0", app: "db")]
        #expect(index.obstacle(to: "b1", pods, in: Self.scopes) != nil, "it means the pods of another Service, too")
    }

    /// While a label is changed, whoever changes it writes both.
    @Test func aLabelThatIsBeingChangedIsStillClaimed() throws {
        var index = try Self.index(RivalIndex.group("a0"), RivalIndex.group("b1"))
        index.filed([try RivalIndex.group("a0", ", roleLabel: {key: other}"), try RivalIndex.group("b1")])
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == .contested(pod: Member.ID("uid-web-0"), by: "a0"))
        see([try Samples.service("web", selector: #"{"app":"web","other":"active"}"#)], isNews: true, &index)
        #expect(index.obstacle(to: "b1", web, in: Self.scopes) == nil, "it routes by the new one")
        let others: Set<RoleClaims.Scope> = [.init(namespace: "default", key: "other")]
        #expect(index.obstacle(to: "b1", web, in: others) != nil)
    }
}

extension RivalIndex {
    /// Groups named by their shards: `a0` is in shard 0.
    static func group(_ name: String, service: String = "web", _ more: String = "") throws -> FiledGroup {
        let configuration = try Samples.group(name, service: service, more)
        return .init(
            configuration: configuration,
            namespace: configuration.namespace ?? "default",
            shard: name.last.flatMap(\.wholeNumberValue) ?? 0
        )
    }

    fileprivate func obstacle(
        to group: String,
        _ pods: [Pod],
        in scopes: Set<RoleClaims.Scope>
    ) -> RoleClaims.Verdict? {
        answer(to: group, pods, in: scopes).obstacle
    }
}
