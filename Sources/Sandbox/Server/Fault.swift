/// Something that goes wrong for requests of a kind.
package struct Fault: Sendable {
    /// What goes wrong.
    package enum Effect: Sendable {
        /// The answer comes this much later.
        case delay(Duration)
        /// The request is refused, unread.
        case refuse(code: Int, retryAfter: Int?)
        /// The request is carried out, and the connection ends instead of an answer.
        case loseAnswer
        /// The connection ends, and the request is not carried out.
        case drop
        /// No answer ever comes, and the request is not carried out.
        case hang
    }

    package var effect: Effect
    /// Nil: every verb.
    package var verb: String?
    /// Nil: every kind.
    package var kind: Kind?
    /// Nil: every object.
    package var name: String?
    /// How often it strikes before it goes away.
    package var count: Int

    package init(_ effect: Effect, verb: String? = nil, kind: Kind? = nil, name: String? = nil, count: Int = .max) {
        self.effect = effect
        self.verb = verb
        self.kind = kind
        self.name = name
        self.count = count
    }

    func strikes(_ request: APIRequest) -> Bool {
        (verb == nil || verb == request.verb) && (kind == nil || kind == request.kind)
            && (name == nil || name == request.name)
    }
}

/// The faults in force, the log of requests, and the switch that cuts watches.
package actor ServerControl {
    /// One request, as it came.
    package struct LogEntry: Sendable {
        package var verb: String
        package var kind: Kind
        package var namespace: String?
        package var name: String?
        package var user: String
        package var time: ContinuousClock.Instant
    }

    /// Every request since the beginning.
    package private(set) var log: [LogEntry] = []
    private var faults: [Fault] = []
    private var watches: [AsyncStream<Void>.Continuation] = []
    private var writeHook: (@Sendable (APIRequest) async -> Void)?

    package func add(_ fault: Fault) {
        faults.append(fault)
    }

    package func removeFaults() {
        faults = []
    }

    /// Ends every open watch.
    package func cutWatches() {
        for watch in watches { watch.finish() }
        watches = []
    }

    /// Calls `hook` after each write was carried out, before its answer is sent.
    package func afterEachWrite(_ hook: (@Sendable (APIRequest) async -> Void)?) {
        writeHook = hook
    }

    func finishedWrite(_ request: APIRequest) async {
        await writeHook?(request)
    }

    func record(_ request: APIRequest, user: String) {
        log.append(
            LogEntry(
                verb: request.verb, kind: request.kind, namespace: request.namespace, name: request.name, user: user,
                time: .now))
    }

    /// The fault that strikes a request; counts it.
    func fault(for request: APIRequest) -> Fault.Effect? {
        guard let index = faults.firstIndex(where: { $0.strikes(request) }) else { return nil }
        let effect = faults[index].effect
        faults[index].count -= 1
        if faults[index].count <= 0 { faults.remove(at: index) }
        return effect
    }

    /// A stream that ends when watches are cut.
    func cutSignal() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        watches.append(continuation)
        return stream
    }
}
