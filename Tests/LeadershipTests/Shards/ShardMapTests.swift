import Leadership
import Testing

/// Which group belongs to which shard, for ever.
@Suite struct ShardMapTests {
    /// Of the authors' own test vectors.
    ///
    /// http://www.isthe.com/chongo/src/fnv/test_fnv.c
    @Test(arguments: [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")])
    func theHashIsTheKnownOne(text: String, hash: String) {
        #expect(StableHash(text).text == hash)
    }

    /// Another version that split groups otherwise would supervise some twice beside this one.
    @Test(arguments: [(1, [0, 0, 0, 0]), (2, [1, 1, 0, 0]), (4, [3, 1, 0, 0]), (7, [2, 0, 6, 2])])
    func groupsStayWhereTheyAre(count: Int, shards: [Int]) {
        let groups = [("default", "web"), ("default", "db"), ("shop", "web"), ("shop", "cache")]
        #expect(groups.map { ShardMap(count: count).shard(namespace: $0.0, name: $0.1) } == shards)
    }

    @Test(arguments: [2, 3, 4, 8, 16]) func groupsAreSplitEvenly(count: Int) {
        let map = ShardMap(count: count)
        var sizes = [Int](repeating: 0, count: count)
        for number in 0..<10_000 { sizes[map.shard(namespace: "default", name: "group-\(number)")] += 1 }
        let even = 10_000 / count
        #expect(sizes.allSatisfy { abs($0 - even) <= even / 10 }, "\(sizes)")
    }

    @Test(arguments: [(0, 1), (-4, 1), (.min, 1), (257, 256), (.max, 256)])
    func aCountThatIsOutOfBoundsIsTheNearest(count: Int, used: Int) {
        #expect(ShardMap(count: count).count == used)
    }

    @Test func aDigestMindsNamesAndNotTheirOrder() {
        let map = ShardMap(count: 2)
        let groups = (0..<20).map { (namespace: "default", name: "group-\($0)") }
        let digests = map.digests(of: groups)
        #expect(digests == map.digests(of: groups.reversed()))
        let without = map.digests(of: Array(groups.dropFirst()))
        let changed = map.shard(namespace: "default", name: "group-0")
        #expect(without[changed] != digests[changed] && without[1 - changed] == digests[1 - changed])
        #expect(map.digests(of: [("a", "b-c")]) != map.digests(of: [("a-b", "c")]))
    }
}
