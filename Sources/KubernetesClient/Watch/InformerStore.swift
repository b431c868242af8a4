/// The objects of a collection, and which subscribers each one concerns.
struct InformerStore<Resource: KubernetesResource> {
    /// Who wants to hear of which objects.
    struct Subscriber: Sendable {
        var scope: InformerScope
        /// Asked for objects within the scope only; always answers the same for the same object.
        var selects: @Sendable (Resource) -> Bool
        var receive: @Sendable (InformerEvent<Resource>) -> Void

        func wants(_ object: Resource) -> Bool { scope.contains(object.metadata) && selects(object) }
    }

    private(set) var resourceVersion: String?
    private(set) var objects: [String: Resource] = [:]
    private var subscribers: [InformerIndex.SubscriberID: (Subscriber, place: InformerIndex.Place)] = [:]
    private var index = InformerIndex()
    private var lastSubscriber = 0

    // MARK: Subscribers

    mutating func subscribe(_ subscriber: Subscriber) -> InformerIndex.SubscriberID {
        lastSubscriber += 1
        let place = index.place(for: subscriber.scope)
        let isIndexed = index.isIndexed(place)
        index.file(lastSubscriber, at: place)
        if !isIndexed { indexObjects() }
        subscribers[lastSubscriber] = (subscriber, place)
        if resourceVersion != nil { deliver(to: lastSubscriber, isRelist: true) }
        return lastSubscriber
    }

    mutating func unsubscribe(_ id: InformerIndex.SubscriberID) {
        if let (_, place) = subscribers.removeValue(forKey: id) { index.remove(id, from: place) }
    }

    func tellAll(_ event: InformerEvent<Resource>) {
        for (subscriber, _) in subscribers.values { subscriber.receive(event) }
    }

    // MARK: Changes

    /// Replaces everything.
    mutating func replace(with items: [Resource], resourceVersion: String) {
        let pairs = items.compactMap { item in item.metadata.name.map { ($0, item) } }
        objects = Dictionary(pairs) { first, _ in first }
        self.resourceVersion = resourceVersion
        index.removeObjects()
        indexObjects()
        for id in subscribers.keys { deliver(to: id, isRelist: true) }
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
        changed(name, from: known, to: object)
    }

    /// Forgets an object; ignored if another of its name is stored by now.
    mutating func remove(_ object: Resource) {
        guard let name = object.metadata.name, let known = objects[name] else { return }
        if known.metadata.uid != object.metadata.uid { return }
        objects[name] = nil
        advance(to: object.metadata.resourceVersion)
        changed(name, from: known, to: nil)
    }

    /// Notes that nothing changed up to a version.
    mutating func advance(to version: String?) {
        if let version, ResourceVersion.isOlder(resourceVersion, than: version) { resourceVersion = version }
    }

    /// Tells those who selected the object before, or select it now.
    private mutating func changed(_ name: String, from known: Resource?, to object: Resource?) {
        let (before, after) = (concerned(by: known), concerned(by: object))
        if let known { index.remove(name, labels: known.metadata.labels ?? [:]) }
        if let object { index.insert(name, labels: object.metadata.labels ?? [:]) }
        for id in before.union(after).sorted() { deliver(to: id, isRelist: false) }
    }

    private func concerned(by object: Resource?) -> Set<InformerIndex.SubscriberID> {
        guard let object, let name = object.metadata.name else { return [] }
        return index.subscribers(of: name, labels: object.metadata.labels ?? [:]).filter {
            subscribers[$0]?.0.wants(object) ?? false
        }
    }

    private mutating func indexObjects() {
        for (name, object) in objects { index.insert(name, labels: object.metadata.labels ?? [:]) }
    }

    private func deliver(to id: InformerIndex.SubscriberID, isRelist: Bool) {
        guard let (subscriber, place) = subscribers[id], let resourceVersion else { return }
        let names = index.objects(at: place) ?? Set(objects.keys)
        let selected = names.sorted().compactMap { objects[$0] }.filter(subscriber.wants)
        subscriber.receive(
            .snapshot(InformerSnapshot(objects: selected, resourceVersion: resourceVersion, isRelist: isRelist))
        )
    }
}
