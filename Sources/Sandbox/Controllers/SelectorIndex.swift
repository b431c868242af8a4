/// Finds the selectors that select an object without looking at all of them.
///
/// Each selector is kept under the one of its pairs that the fewest share: `app=web` rather than `role=active`.
struct SelectorIndex {
    private struct Pair: Hashable {
        var namespace: String
        var key: String
        var value: String
    }

    private var owners: [Pair: Set<ObjectKey>] = [:]
    private var selectors: [ObjectKey: (anchor: Pair, pairs: [String: String])] = [:]

    /// Replaces the selector of an owner; nil or empty: it selects nothing.
    mutating func set(_ selector: [String: String]?, of owner: ObjectKey) {
        if let old = selectors.removeValue(forKey: owner) {
            owners[old.anchor]?.remove(owner)
            if owners[old.anchor]?.isEmpty == true { owners[old.anchor] = nil }
        }
        let pairs = (selector ?? [:]).map { Pair(namespace: owner.namespace, key: $0.key, value: $0.value) }
        guard let anchor = pairs.min(by: { (owners[$0]?.count ?? 0) < (owners[$1]?.count ?? 0) }) else { return }
        selectors[owner] = (anchor, selector ?? [:])
        owners[anchor, default: []].insert(owner)
    }

    /// The owners whose selectors select an object with these labels.
    func selecting(_ labels: [String: String], namespace: String) -> Set<ObjectKey> {
        var result: Set<ObjectKey> = []
        for (key, value) in labels {
            for owner in owners[Pair(namespace: namespace, key: key, value: value)] ?? []
            where selectors[owner]?.pairs.allSatisfy({ labels[$0.key] == $0.value }) == true {
                result.insert(owner)
            }
        }
        return result
    }
}
