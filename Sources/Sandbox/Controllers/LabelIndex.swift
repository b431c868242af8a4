/// Finds objects by a pair of key and value without looking at all of them.
struct LabelIndex {
    private struct Pair: Hashable {
        var namespace: String
        var key: String
        var value: String
    }

    private var keys: [Pair: Set<ObjectKey>] = [:]
    private var labels: [ObjectKey: [String: String]] = [:]

    /// Replaces what is known of an object; nil: it is gone.
    mutating func set(_ new: [String: String]?, of object: ObjectKey) {
        for (key, value) in labels[object] ?? [:] {
            let pair = Pair(namespace: object.namespace, key: key, value: value)
            keys[pair]?.remove(object)
            if keys[pair]?.isEmpty == true { keys[pair] = nil }
        }
        labels[object] = new
        for (key, value) in new ?? [:] {
            keys[Pair(namespace: object.namespace, key: key, value: value), default: []].insert(object)
        }
    }

    /// The objects that have every one of these pairs, by name.
    func having(all wanted: [String: String], namespace: String) -> [ObjectKey] {
        let sets = wanted.map { keys[Pair(namespace: namespace, key: $0.key, value: $0.value)] ?? [] }
        let smallest = sets.min { $0.count < $1.count } ?? []
        return smallest.filter { key in sets.allSatisfy { $0.contains(key) } }.sorted { $0.name < $1.name }
    }
}
