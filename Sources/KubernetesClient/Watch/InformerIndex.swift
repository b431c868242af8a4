/// Finds the subscribers of an object, and the objects of a subscriber, without asking the others.
///
/// A subscriber is filed under one of its labels. Objects are indexed by the keys of those labels only.
package struct InformerIndex {
    /// Names one subscriber.
    package typealias SubscriberID = Int

    /// Where a subscriber is filed.
    package enum Place: Hashable, Sendable {
        /// By name.
        case name(String)
        /// By one of their labels.
        case label(key: String, value: String)
        /// It is notified of every object.
        case everything
    }

    /// What has one value of a label.
    private struct Bucket {
        var subscribers = SmallSet<SubscriberID>()
        var objects = SmallSet<String>()

        var isEmpty: Bool { subscribers.isEmpty && objects.isEmpty }
    }

    private var byName: [String: SmallSet<SubscriberID>] = [:]
    /// By key, then by value; every object that has the key is in here.
    private var byLabel: [String: [String: Bucket]] = [:]
    /// The keys of `byLabel`, apart from it: a loop over its own would make it copy what the loop changes.
    private var keys: [String] = []
    private var generalists: Set<SubscriberID> = []

    /// Has neither subscribers nor objects.
    package init() {}

    // MARK: Subscribers

    /// The place for a new subscriber: of its labels the one that fewest others are filed under.
    package func place(for scope: InformerScope) -> Place {
        switch scope {
        case .name(let name): return .name(name)
        case .labels(let labels):
            let rarest = labels.sorted { $0.key < $1.key }.min { subscribers(of: $0) < subscribers(of: $1) }
            return rarest.map { .label(key: $0.key, value: $0.value) } ?? .everything
        }
    }

    private func subscribers(of label: (key: String, value: String)) -> Int {
        byLabel[label.key]?[label.value]?.subscribers.count ?? 0
    }

    /// Whether objects are indexed for a place; if not, `insert(_:labels:)` has to be given all of them.
    func isIndexed(_ place: Place) -> Bool {
        if case .label(let key, _) = place { byLabel[key] != nil } else { true }
    }

    /// Files a subscriber.
    package mutating func file(_ id: SubscriberID, at place: Place) {
        switch place {
        case .name(let name): byName[name, default: SmallSet()].insert(id)
        case .label(let key, let value):
            if byLabel[key] == nil { keys.append(key) }
            byLabel[key, default: [:]][value, default: Bucket()].subscribers.insert(id)
        case .everything: generalists.insert(id)
        }
    }

    /// Takes a subscriber out.
    package mutating func remove(_ id: SubscriberID, from place: Place) {
        switch place {
        case .name(let name):
            byName[name]?.remove(id)
            if byName[name]?.isEmpty ?? false { byName[name] = nil }
        case .label(let key, let value):
            byLabel[key]?[value]?.subscribers.remove(id)
            dropIfEmpty(key, value)
        case .everything: generalists.remove(id)
        }
    }

    // MARK: Objects

    /// Forgets all objects.
    mutating func removeObjects() {
        byLabel = byLabel.mapValues { buckets in
            buckets.compactMapValues { $0.subscribers.isEmpty ? nil : Bucket(subscribers: $0.subscribers) }
        }
    }

    /// Takes in an object under the labels that it has now.
    mutating func insert(_ name: String, labels: [String: String]) {
        for key in keys {
            if let value = labels[key] { byLabel[key]?[value, default: Bucket()].objects.insert(name) }
        }
    }

    /// Takes out an object from the labels that it had.
    mutating func remove(_ name: String, labels: [String: String]) {
        for key in keys {
            guard let value = labels[key] else { continue }
            byLabel[key]?[value]?.objects.remove(name)
            dropIfEmpty(key, value)
        }
    }

    private mutating func dropIfEmpty(_ key: String, _ value: String) {
        if byLabel[key]?[value]?.isEmpty ?? false { byLabel[key]?[value] = nil }
    }

    // MARK: Questions

    /// The subscribers that an object may concern.
    package func subscribers(of name: String, labels: [String: String]) -> Set<SubscriberID> {
        var found = generalists
        byName[name]?.add(to: &found)
        for (key, buckets) in byLabel {
            labels[key].flatMap { buckets[$0] }?.subscribers.add(to: &found)
        }
        return found
    }

    /// The names of the objects that may concern a subscriber at `place`; nil: all.
    func objects(at place: Place) -> Set<String>? {
        switch place {
        case .name(let name): [name]
        case .label(let key, let value): byLabel[key]?[value]?.objects.all ?? []
        case .everything: nil
        }
    }
}
