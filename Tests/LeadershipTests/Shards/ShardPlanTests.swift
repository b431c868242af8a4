import Leadership
import Repeatable
import Testing

/// Who should hold which shard.
@Suite struct ShardPlanTests {
    private static func plan(_ holders: [String?], replicas: [String]) -> ShardPlan {
        ShardPlan(
            shards: holders.map { ShardPlan.Shard(holder: $0, digest: "same") },
            replicas: replicas.map {
                ShardPlan.Replica(identity: $0, digests: Array(repeating: "same", count: holders.count))
            }
        )
    }

    @Test(
        arguments: [
            ([nil], ["a"], ["a"]), ([nil], ["a", "b"], ["a"]), (["b"], ["a", "b"], ["b"]),
            ([nil, nil, nil, nil], ["a", "b"], ["a", "b", "a", "b"]),
            // One comes.
            (["a", "a", "a", "a"], ["a", "b"], ["b", "b", "a", "a"]), (["a", "a", "a"], ["a", "b"], ["b", "a", "a"]),
            (["a", "a", "b", "b"], ["a", "b", "c"], ["c", "a", "b", "b"]),
            // One goes.
            (["a", "c", "b", "c"], ["a", "b"], ["a", "a", "b", "b"]), (["a", nil, "b"], ["a", "b"], ["a", "a", "b"]),
            // More replicas than shards.
            (["a", "b"], ["a", "b", "c"], ["a", "b"]), ([nil, "z"], [], [nil, nil]),
        ] as [([String?], [String], [String?])]
    ) func sharesAreFairAndFewMove(holders: [String?], replicas: [String], planned: [String?]) {
        #expect(Self.plan(holders, replicas: replicas).holders == planned)
        #expect(Self.plan(holders, replicas: replicas.reversed()).holders == planned)
    }

    @Test func sharesDifferByOneAndNoPlanMovesMoreThanItMust() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let replicas = (0...Int(generator.next() % 6)).map { "replica-\($0)" }
            let holders = (0..<Int(generator.next() % 20) + 1).map { _ -> String? in
                let drawn = Int(generator.next() % UInt64(replicas.count + 2))
                return drawn < replicas.count ? replicas[drawn] : drawn == replicas.count ? "gone" : nil
            }
            let plan = Self.plan(holders, replicas: replicas)
            let loads = replicas.map { replica in plan.holders.count { $0 == replica } }
            #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 1 && !plan.holders.contains(nil))
            let most = (holders.count + replicas.count - 1) / replicas.count
            let before = replicas.map { replica in holders.count { $0 == replica } }
            let tooMany = before.reduce(0) { $0 + max(0, $1 - most) }
            let tooFew = before.reduce(0) { $0 + max(0, holders.count / replicas.count - $1) }
            let moved = zip(holders, plan.holders).count { $0 != $1 && replicas.contains($0 ?? "") }
            #expect(moved <= max(tooMany, tooFew), "\(holders) \(plan.holders)")
        }
    }

    /// Whoever may create Leases can make as many as they like.
    @Test(.timeLimit(.minutes(5))) func thousandsOfReplicasArePlannedFor() {
        let shards = Array(repeating: ShardPlan.Shard(holder: "replica-0", digest: "same"), count: 64)
        let digests = Array(repeating: "same", count: shards.count)
        let others = Array(repeating: "other", count: shards.count)
        let replicas = (0..<5000).map {
            ShardPlan.Replica(identity: "replica-\($0)", digests: $0 < 8 ? digests : others)
        }
        let plan = ShardPlan(shards: shards, replicas: replicas)
        let shares = Dictionary(grouping: plan.holders) { $0 }.values.map(\.count)
        #expect(shares == Array(repeating: 8, count: 8))
    }

    /// Once all was done as planned there is nothing left to do.
    @Test func aPlanThatWasCarriedOutStays() {
        let plan = Self.plan(["a", "a", "a", "a", "a", "b", nil], replicas: ["a", "b", "c"])
        let next = Self.plan(plan.holders, replicas: ["a", "b", "c"])
        #expect(next.holders == plan.holders)
        #expect(["a", "b", "c"].allSatisfy { next.handover(from: $0) == nil })
    }

    @Test func theFirstShardThatIsTooManyIsHandedOver() throws {
        let plan = Self.plan(["a", "a", "a", "a"], replicas: ["a", "b"])
        let handover = try #require(plan.handover(from: "a"))
        #expect(handover.shard == 0 && handover.target == "b" && plan.handover(from: "b") == nil)
    }

    // MARK: Configurations

    private static func replica(_ identity: String, _ digests: String...) -> ShardPlan.Replica {
        ShardPlan.Replica(identity: identity, digests: digests)
    }

    @Test func aShardIsNotHandedToAReplicaThatLacksItsGroups() {
        let shards = [
            ShardPlan.Shard(holder: "a", digest: "x"), .init(holder: "a", digest: "y"), .init(holder: "a", digest: "z"),
        ]
        let replicas = [Self.replica("a", "x", "y", "z"), Self.replica("b", "old", "old", "z")]
        let plan = ShardPlan(shards: shards, replicas: replicas)
        #expect(plan.holders == ["a", "a", "b"])
        #expect(plan.preference(of: "b", for: 0) == .never && plan.preference(of: "b", for: 2) == .atOnce)
    }

    /// Also while nobody holds it: who held it last had them.
    @Test func aFreeShardGoesToOneThatHasItsGroups() {
        let free = [ShardPlan.Shard(holder: nil, digest: "x")]
        let plan = ShardPlan(shards: free, replicas: [Self.replica("a", "old"), Self.replica("b", "x")])
        #expect(plan.holders == ["b"])
        #expect(plan.preference(of: "a", for: 0) == .never && plan.preference(of: "b", for: 0) == .atOnce)
    }

    @Test func whenNobodyHasThemAnybodyMayTakeIt() {
        let free = [ShardPlan.Shard(holder: nil, digest: "x")]
        let plan = ShardPlan(shards: free, replicas: [Self.replica("a", "old"), Self.replica("b")])
        #expect(plan.holders == ["a"])
        #expect(["a", "b"].allSatisfy { plan.preference(of: $0, for: 0) == .atOnce })
    }

    // MARK: Candidates

    @Test func ofManyShardsThePlannedOneIsFirstAndOthersWait() {
        let plan = Self.plan([nil, nil], replicas: ["a", "b"])
        #expect(plan.preference(of: "a", for: 0) == .atOnce && plan.preference(of: "b", for: 0) == .afterRetryPeriod)
        #expect(plan.preference(of: "stranger", for: 0) == .never)
    }

    @Test func oneThatDidNotTakeWhatItWasGivenIsGivenNothing() {
        let shards = Array(repeating: ShardPlan.Shard(holder: "a", digest: nil), count: 4)
        let plan = ShardPlan(
            shards: shards,
            replicas: [.init(identity: "a", digests: []), .init(identity: "b", digests: [], takesMore: false)]
        )
        #expect(plan.holders == ["a", "a", "a", "a"])
    }

    // MARK: Other numbers of shards

    @Test(arguments: [(4, [], true, false), (4, [1], false, true), (1, [4], false, false), (4, [2, 8], false, true)])
    func twoNumbersOfShardsAreNotMixed(count: Int, held: [Int], mayTake: Bool, mustYield: Bool) {
        #expect(ShardCounts.mayTake(heldOfOthers: Set(held)) == mayTake)
        #expect(ShardCounts.mustYield(count, heldOfOthers: Set(held)) == mustYield)
    }
}
