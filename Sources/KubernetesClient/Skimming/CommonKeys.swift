import Coordination

/// The keys of labels and annotations, which thousands of objects have in common: each is in memory once.
enum CommonKeys {
    /// Keys that are shared; where objects have more, as by mistake, the others are their own.
    private static let limit = 32_768
    /// What a `String` holds in itself.
    private static let shortest = 16

    private static let known = Locked<Set<String>>([])

    /// The same pairs, with keys that others have, too.
    static func sharing(_ pairs: [String: String]) -> [String: String] {
        known.withLock { known in
            Dictionary(uniqueKeysWithValues: pairs.map { key, value in (Self.shared(key, &known), value) })
        }
    }

    private static func shared(_ key: String, _ known: inout Set<String>) -> String {
        guard key.utf8.count >= shortest else { return key }
        if let index = known.firstIndex(of: key) { return known[index] }
        if known.count < limit { known.insert(key) }
        return key
    }
}
