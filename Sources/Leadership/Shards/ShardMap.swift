/// Which shard a group belongs to: a stable hash of its namespace and name, the same at every replica and in every version.
package struct ShardMap: Sendable, Hashable {
    /// The most shards that groups can be split into.
    package static let largestCount = 256

    /// How many shards there are.
    package let count: Int

    /// `count`: 1...`largestCount`; what is outside counts as the nearest of these.
    package init(count: Int) {
        self.count = min(max(count, 1), Self.largestCount)
    }

    /// The shard of a group, 0 to `count` - 1.
    package func shard(namespace: String, name: String) -> Int {
        Int(StableHash("\(namespace)/\(name)").value % UInt64(count))
    }

    /// For each shard, what distinguishes the set of its groups from any other, in whatever order a file names them.
    package func digests(of groups: [(namespace: String, name: String)]) -> [String] {
        digests(of: groups.map { (shard(namespace: $0.namespace, name: $0.name), $0.namespace, $0.name) })
    }

    /// The same of groups that may be in another shard than their names say.
    package func digests(of groups: [(shard: Int, namespace: String, name: String)]) -> [String] {
        let named = groups.map { ($0.shard, "\($0.namespace)/\($0.name)") }
        let byShard = Dictionary(grouping: named) { $0.0 }
        // Neither a namespace nor a name can hold a line's end.
        return (0..<count).map { shard in
            StableHash((byShard[shard] ?? []).map(\.1).sorted().joined(separator: "\n")).text
        }
    }
}

/// FNV-1a with 64 bits: the same everywhere and for ever, which `Hasher` is not.
///
/// http://www.isthe.com/chongo/tech/comp/fnv/
package struct StableHash: Sendable, Hashable {
    /// The hash.
    package let value: UInt64

    /// Of the text's bytes in UTF-8.
    package init(_ text: String) {
        value = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// Sixteen hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
