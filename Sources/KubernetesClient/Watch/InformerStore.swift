import Coordination

/// The objects of a collection that subscribers want, and which of them each one concerns.
///
/// A subscriber is notified of nothing before a list is in that was looked through for it: until then the store may lack
/// objects that it selects.
struct InformerStore<Resource: KubernetesResource> {
    /// Who wants which objects.
    struct Subscriber: Sendable {
        /// What can concern it.
        var scope: InformerScope
        /// Asked for objects within the scope only; always answers the same for the same object; nil: all of them.
        var selects: (@Sendable (Resource) -> Bool)?
        /// Whether it can do nothing without the collection, although others can.
        var isEssential = false
        /// Called in order; must be quick.
        var receive: @Sendable (InformerEvent<Resource>) -> Void

        /// Whether it selects an object.
        func wants(_ object: Resource) -> Bool { scope.contains(object.metadata) && selects?(object) ?? true }
    }

    /// A subscriber, and where it is filed.
    private struct Filed: Sendable {
        var subscriber: Subscriber
        var place: InformerIndex.Place
    }

    /// The same, and whether all that it selects is here.
    private struct Entry {
        @Boxed var filed: Filed
        var isComplete = false

        var subscriber: Subscriber { filed.subscriber }
        var place: InformerIndex.Place { filed.place }
    }

    /// The version that the collection is at; nil: no list is in.
    private(set) var resourceVersion: String?
    /// What is kept, by name.
    private(set) var objects: [String: Resource] = [:]
    /// Whether objects are kept that nobody selects, so that a later subscriber needs no list.
    private let keepsAll: Bool
    private var entries: [InformerIndex.SubscriberID: Entry] = [:]
    private var index = InformerIndex()
    /// The subscribers of which not all objects are here.
    private var incomplete: Set<InformerIndex.SubscriberID> = []
    /// The scopes of which all objects are here, each with the number of subscribers that keep it so.
    private var coverage: [InformerScope: Int] = [:]
    /// The newest subscriber; 0 before the first.
    private(set) var lastSubscriber: InformerIndex.SubscriberID = 0
    /// Why the collection cannot be followed; nil: it can.
    private var failure: KubernetesError?
    /// The subscribers that were told so, or that their list failed, and were not told yet that it is otherwise.
    private var troubled: Set<InformerIndex.SubscriberID> = []
    /// Subscribers that can do nothing without the collection.
    private var essentialCount = 0

    /// `keepsAll`: whether objects are kept that nobody selects.
    init(keepsAll: Bool = false) {
        self.keepsAll = keepsAll
    }

    // MARK: Interest

    /// Whether there is a subscriber for whom the collection has to be listed.
    var needsList: Bool { !incomplete.isEmpty }

    /// Whether somebody can do nothing without the collection, although others can.
    var isEssential: Bool { essentialCount > 0 }

    /// Whether anything is to be known of the objects.
    var hasInterest: Bool { keepsAll || !entries.isEmpty }

    /// Whether an object has to be decoded: somebody may select it, or has to learn that it is selected no longer.
    func concerns(_ head: ObjectHead) -> Bool {
        if keepsAll || objects[head.name] != nil { return true }
        return index.subscribers(of: head.name, labels: head.labels).contains {
            entries[$0]?.subscriber.scope.contains(name: head.name, labels: head.labels) ?? false
        }
    }

    /// Whether a watch event of this type concerns nobody; then it only tells how far the collection is.
    mutating func skips(_ type: String, _ head: ObjectHead) -> Bool {
        guard ["ADDED", "MODIFIED", "DELETED"].contains(type), !concerns(head) else { return false }
        advance(to: head.resourceVersion)
        return true
    }

    // MARK: Subscribers

    /// Adds a subscriber; it is notified at once if everything that it selects is here already.
    ///
    /// `previous`: a subscriber that goes as this one comes: what it was told of failures was told to this one, too.
    mutating func subscribe(
        _ subscriber: Subscriber,
        replacing previous: InformerIndex.SubscriberID? = nil
    ) -> InformerIndex.SubscriberID {
        lastSubscriber += 1
        if let previous, troubled.contains(previous) { troubled.insert(lastSubscriber) }
        if subscriber.isEssential { essentialCount += 1 }
        let place = index.place(for: subscriber.scope)
        let isIndexed = index.isIndexed(place)
        index.file(lastSubscriber, at: place)
        if !isIndexed { indexObjects() }
        entries[lastSubscriber] = Entry(filed: Filed(subscriber: subscriber, place: place))
        incomplete.insert(lastSubscriber)
        let isCovered = keepsAll || subscriber.scope.covers.contains { coverage[$0] != nil }
        if isCovered, resourceVersion != nil {
            complete(lastSubscriber)
            deliver(to: lastSubscriber, isRelist: true)
            tellState(to: lastSubscriber)
        } else if resourceVersion == nil, failure != nil {
            tellState(to: lastSubscriber)
        }
        if let previous { unsubscribe(previous) }
        return lastSubscriber
    }

    /// Lets a subscriber go, and the objects that nobody else selects.
    mutating func unsubscribe(_ id: InformerIndex.SubscriberID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        let names = index.objects(at: entry.place) ?? Set(objects.keys)
        index.remove(id, from: entry.place)
        incomplete.remove(id)
        troubled.remove(id)
        if entry.subscriber.isEssential { essentialCount -= 1 }
        if entry.isComplete, entry.subscriber.selects == nil { release(entry.subscriber.scope) }
        if keepsAll { return }
        for name in names {
            guard let object = objects[name], concerned(by: object).isEmpty else { continue }
            objects[name] = nil
            index.remove(name, labels: object.metadata.labels ?? [:])
        }
    }

    private mutating func complete(_ id: InformerIndex.SubscriberID) {
        guard incomplete.remove(id) != nil, let entry = entries[id] else { return }
        entries[id]?.isComplete = true
        if entry.subscriber.selects == nil { coverage[entry.subscriber.scope, default: 0] += 1 }
    }

    private mutating func release(_ scope: InformerScope) {
        coverage[scope, default: 1] -= 1
        if coverage[scope] == 0 { coverage[scope] = nil }
    }

    // MARK: Failure and recovery

    /// Whether the collection cannot be followed.
    var isFailing: Bool { failure != nil }

    /// The collection cannot be followed, which every subscriber is told once, those who come meanwhile behind their snapshot.
    mutating func failed(_ error: KubernetesError) {
        let isNews = failure == nil
        failure = error
        if isNews { notifyAll(error) }
    }

    /// The collection can be followed again: those whose list is in are told, the others once it is.
    mutating func recovered() {
        guard isFailing else { return }
        failure = nil
        for id in troubled where !incomplete.contains(id) { tell(nil, to: id) }
    }

    private mutating func notifyAll(_ failure: KubernetesError) {
        for id in entries.keys { tell(failure, to: id) }
    }

    /// The list for those who wait for one failed.
    mutating func listFailed(_ error: KubernetesError) {
        for id in incomplete { tell(error, to: id) }
    }

    /// What a subscriber sees now is what can be followed, or cannot.
    private mutating func tellState(to id: InformerIndex.SubscriberID) {
        if failure != nil || troubled.contains(id) { tell(failure, to: id) }
    }

    /// Tells a subscriber that the collection cannot be read; nil: that it can again.
    private mutating func tell(_ failure: KubernetesError?, to id: InformerIndex.SubscriberID) {
        if failure == nil { troubled.remove(id) } else { troubled.insert(id) }
        entries[id]?.subscriber.receive(failure.map { .failing($0) } ?? .recovered)
    }

    // MARK: Changes

    /// Replaces everything by a list.
    ///
    /// `newest`: the newest subscriber for whom the list was looked through; those after it wait for the next one.
    /// `isAddition`: the list was made for new subscribers only: others are notified if it changes what they see.
    mutating func replace(
        with items: [Resource],
        resourceVersion: String,
        for newest: InformerIndex.SubscriberID = .max,
        isAddition: Bool = false
    ) {
        let before = self
        let isSetBack = ResourceVersion.isOlder(resourceVersion, than: self.resourceVersion)
        self.resourceVersion = resourceVersion
        index.removeObjects()
        objects = [:]
        for item in items where keepsAll || !concerned(by: item).isEmpty {
            if let name = item.metadata.name { objects[name] = item }
        }
        indexObjects()
        let completed = incomplete.filter { $0 <= newest }
        for id in completed { complete(id) }
        for id in entries.keys where !isAddition || isSetBack || !shows(id, sameAs: before) {
            deliver(to: id, isRelist: true)
        }
        // What they have seen is old before they hear of its end.
        for id in completed { tellState(to: id) }
    }

    /// Whether a subscriber has heard already, from `before`, of just these objects.
    private func shows(_ id: InformerIndex.SubscriberID, sameAs before: Self) -> Bool {
        guard before.entries[id]?.isComplete == true else { return false }
        let (now, then) = (selection(of: id), before.selection(of: id))
        return now.count == then.count
            && zip(now, then).allSatisfy {
                $0.metadata.uid == $1.metadata.uid && $0.metadata.resourceVersion == $1.metadata.resourceVersion
            }
    }

    /// Takes in an object that was added or changed; ignored if the stored one is newer, kept only if somebody selects it.
    mutating func put(_ object: Resource) {
        guard let name = object.metadata.name else { return }
        let known = objects[name]
        if let known, ResourceVersion.isOlder(object.metadata.resourceVersion, than: known.metadata.resourceVersion) {
            return
        }
        advance(to: object.metadata.resourceVersion)
        changed(name, from: known, to: object)
    }

    /// Forgets an object; ignored if another of its name is stored by now.
    mutating func remove(_ object: Resource) {
        advance(to: object.metadata.resourceVersion)
        guard let name = object.metadata.name, let known = objects[name] else { return }
        if known.metadata.uid != object.metadata.uid { return }
        changed(name, from: known, to: nil, gone: object)
    }

    /// Notes that nothing changed up to a version.
    mutating func advance(to version: String?) {
        if let version, ResourceVersion.isOlder(resourceVersion, than: version) { resourceVersion = version }
    }

    /// Tells those who selected the object before, or select it now.
    ///
    /// `gone`: it was deleted, and was this last; nil: it is there.
    private mutating func changed(_ name: String, from known: Resource?, to object: Resource?, gone: Resource? = nil) {
        let (before, after) = (concerned(by: known), concerned(by: object))
        let kept = keepsAll || !after.isEmpty ? object : nil
        objects[name] = kept
        if let known { index.remove(name, labels: known.metadata.labels ?? [:]) }
        if let kept { index.insert(name, labels: kept.metadata.labels ?? [:]) }
        for id in before.union(after).sorted() { deliver(to: id, isRelist: false, gone: gone) }
    }

    private func concerned(by object: Resource?) -> Set<InformerIndex.SubscriberID> {
        guard let object, let name = object.metadata.name else { return [] }
        return index.subscribers(of: name, labels: object.metadata.labels ?? [:]).filter {
            entries[$0]?.subscriber.wants(object) ?? false
        }
    }

    private mutating func indexObjects() {
        for (name, object) in objects { index.insert(name, labels: object.metadata.labels ?? [:]) }
    }

    // MARK: Telling

    /// What a subscriber selects, by name.
    private func selection(of id: InformerIndex.SubscriberID) -> [Resource] {
        guard let entry = entries[id] else { return [] }
        let names = index.objects(at: entry.place) ?? Set(objects.keys)
        return names.sorted().compactMap { objects[$0] }.filter(entry.subscriber.wants)
    }

    private func deliver(to id: InformerIndex.SubscriberID, isRelist: Bool, gone: Resource? = nil) {
        guard let entry = entries[id], entry.isComplete, let resourceVersion else { return }
        let selected = selection(of: id)
        var snapshot = InformerSnapshot(objects: selected, resourceVersion: resourceVersion, isRelist: isRelist)
        if let gone { snapshot.gone = [gone] }
        entry.subscriber.receive(.snapshot(snapshot))
    }
}
