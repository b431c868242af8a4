import Coordination
import Transport

@testable import KubernetesClient
@testable import Supervision

/// An informer without a server: tells its subscribers what a test shows it.
final class FakeObjectSource<Resource: KubernetesResource>: ObjectSource {
    private struct Subscriber: Sendable {
        var scope: InformerScope
        var selects: (@Sendable (Resource) -> Bool)?
        var isEssential: Bool
        var receive: @Sendable (InformerEvent<Resource>) -> Void

        func tell(_ objects: [Resource], _ version: String, isRelist: Bool) {
            let selected = objects.filter { object in
                let metadata = object.metadata
                let isInScope =
                    switch scope {
                    case .name(let name): metadata.name == name
                    case .labels(let labels): labels.allSatisfy { metadata.labels?[$0.key] == $0.value }
                    }
                return isInScope && selects?(object) ?? true
            }
            receive(.snapshot(InformerSnapshot(objects: selected, resourceVersion: version, isRelist: isRelist)))
        }
    }

    private struct State: Sendable {
        var shown: (objects: [Resource], version: String)?
        var subscribers: [Int: Subscriber] = [:]
        var last = 0
        var listWaiters: [@Sendable () -> Void] = []
    }

    private let state = Locked(State())
    private let name: String
    private let log: EventLog

    /// `name`: in the log's lines on its running.
    init(_ name: String, log: EventLog) {
        self.name = name
        self.log = log
    }

    /// Who is subscribed now.
    var subscriberCount: Int { state.withLock { $0.subscribers.count } }

    /// How many of them cannot do without the collection although others can.
    var essentialCount: Int { state.withLock { $0.subscribers.values.count(where: \.isEssential) } }

    /// Shows all objects of the collection, as of a version.
    func show(_ objects: [Resource], version: Int, isRelist: Bool = false) {
        state.withLock { state in
            state.shown = (objects, "\(version)")
            for subscriber in state.subscribers.values {
                subscriber.tell(objects, "\(version)", isRelist: isRelist)
            }
            for act in state.listWaiters { act() }
            state.listWaiters = []
        }
    }

    /// The collection cannot be read, or can again.
    func tell(_ event: InformerEvent<Resource>) {
        state.withLock { state in for subscriber in state.subscribers.values { subscriber.receive(event) } }
    }

    // MARK: ObjectSource

    var hasSynced: Bool {
        get async { state.withLock { $0.shown != nil } }
    }

    func whenListed(_ act: @escaping @Sendable () -> Void) async {
        let isListed = state.withLock { state in
            if state.shown == nil { state.listWaiters.append(act) }
            return state.shown != nil
        }
        if isListed { act() }
    }

    func subscribe(
        to scope: InformerScope,
        where selects: (@Sendable (Resource) -> Bool)?,
        replacing previous: Int?,
        isEssential: Bool,
        _ receive: @escaping @Sendable (InformerEvent<Resource>) -> Void
    ) async -> Int {
        let subscriber = Subscriber(scope: scope, selects: selects, isEssential: isEssential, receive: receive)
        return state.withLock { state in
            if let previous { state.subscribers[previous] = nil }
            state.last += 1
            state.subscribers[state.last] = subscriber
            if let shown = state.shown { subscriber.tell(shown.objects, shown.version, isRelist: true) }
            return state.last
        }
    }

    func unsubscribe(_ id: Int) async {
        state.withLock { $0.subscribers[id] = nil }
    }

    func run() async {
        log.add("\(name) run")
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        for await _ in ends {}
        withExtendedLifetime(end) {}
        log.add("\(name) end")
    }
}
