/// The objects of a collection, and which subscribers each one concerns.
struct InformerStore<Resource: KubernetesResource> {
    /// Names one subscriber.
    typealias SubscriberID = Int

    /// Who wants to hear of which objects.
    struct Subscriber: Sendable {
        var selects: @Sendable (Resource) -> Bool
        var receive: @Sendable (InformerEvent<Resource>) -> Void
        /// The objects selected, by name.
        var objects: [String: Resource] = [:]
    }

    private(set) var resourceVersion: String?
    private(set) var objects: [String: Resource] = [:]
    private(set) var subscribers: [SubscriberID: Subscriber] = [:]
    private var lastSubscriber = 0

    // MARK: Subscribers

    mutating func subscribe(_ subscriber: Subscriber) -> SubscriberID {
        lastSubscriber += 1
        subscribers[lastSubscriber] = subscriber
        select(for: lastSubscriber)
        if resourceVersion != nil { deliver(to: lastSubscriber, isRelist: true) }
        return lastSubscriber
    }

    mutating func unsubscribe(_ id: SubscriberID) {
        subscribers[id] = nil
    }

    func tellAll(_ event: InformerEvent<Resource>) {
        for subscriber in subscribers.values { subscriber.receive(event) }
    }

    // MARK: Changes

    /// Replaces everything.
    mutating func replace(with items: [Resource], resourceVersion: String) {
        let pairs = items.compactMap { item in item.metadata.name.map { ($0, item) } }
        objects = Dictionary(pairs) { first, _ in first }
        self.resourceVersion = resourceVersion
        for id in subscribers.keys {
            select(for: id)
            deliver(to: id, isRelist: true)
        }
    }

    /// Takes in an object that was added or changed; ignored if the stored one is newer.
    mutating func put(_ object: Resource) {
        guard let name = object.metadata.name else { return }
        let known = objects[name]
        if let known, ResourceVersion.isOlder(object.metadata.resourceVersion, than: known.metadata.resourceVersion) {
            return
        }
        objects[name] = object
        advance(to: object.metadata.resourceVersion)
        changed(name, to: object)
    }

    /// Forgets an object; ignored if another of its name is stored by now.
    mutating func remove(_ object: Resource) {
        guard let name = object.metadata.name, let known = objects[name] else { return }
        if known.metadata.uid != object.metadata.uid { return }
        objects[name] = nil
        advance(to: object.metadata.resourceVersion)
        changed(name, to: nil)
    }

    /// Notes that nothing changed up to a version.
    mutating func advance(to version: String?) {
        if let version, ResourceVersion.isOlder(resourceVersion, than: version) { resourceVersion = version }
    }

    private mutating func changed(_ name: String, to object: Resource?) {
        for id in subscribers.keys {
            let wasSelected = subscribers[id]?.objects[name] != nil
            let isSelected = object.map { subscribers[id]?.selects($0) ?? false } ?? false
            guard wasSelected || isSelected else { continue }
            subscribers[id]?.objects[name] = isSelected ? object : nil
            deliver(to: id, isRelist: false)
        }
    }

    private mutating func select(for id: SubscriberID) {
        guard let subscriber = subscribers[id] else { return }
        subscribers[id]?.objects = objects.filter { subscriber.selects($0.value) }
    }

    private func deliver(to id: SubscriberID, isRelist: Bool) {
        guard let subscriber = subscribers[id], let resourceVersion else { return }
        let objects = subscriber.objects.sorted { $0.key < $1.key }.map(\.value)
        subscriber.receive(
            .snapshot(InformerSnapshot(objects: objects, resourceVersion: resourceVersion, isRelist: isRelist))
        )
    }
}
