import Supervision

/// Tells the readers of `/api/v1/events` what becomes of the groups of this process; while there are none it sleeps.
struct EventPublisher: Sendable {
    /// The shortest time between two looks at what has changed: a group that changes often is told so often at most.
    private static let pace: Duration = .milliseconds(100)

    private let supervisor: Supervisor
    private let hub: EventHub

    /// `hub`: who is told.
    init(of supervisor: Supervisor, to hub: EventHub) {
        self.supervisor = supervisor
        self.hub = hub
    }

    /// Tells until the task is cancelled.
    func run() async {
        var isTelling = false
        var told: [String: EventLog.Key] = [:]
        for await _ in supervisor.feed.signals {
            if hub.clearUnlessRead() {
                supervisor.feed.listen(false)
                (isTelling, told) = (false, [:])
                continue
            }
            var names = supervisor.feed.takeAll()
            if !isTelling {
                supervisor.feed.listen(true)
                names = await supervisor.groupNames.sorted()
            }
            for name in names { told[name] = await tell(name, told[name]) }
            if !isTelling { hub.tellWhole() }
            isTelling = true
            try? await Task.sleep(for: Self.pace)
        }
    }

    /// Tells where a group stands; `before`: where it was told to be, nil: it was not.
    private func tell(_ name: String, _ before: EventLog.Key?) async -> EventLog.Key? {
        let status = await supervisor.status(named: name)
        // Groups that end with their supervisor are not removed, and the next one shows them again.
        if status == nil, supervisor.feed.isClosed { return before }
        let key = status.map { EventLog.Key(namespace: $0.namespace, name: $0.name) }
        if let before, before != key { hub.tell(before, nil) }
        if let key, let text = status.flatMap(JSONText.of) { hub.tell(key, text) }
        return key
    }
}
