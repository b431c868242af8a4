/// The faults in force, the log of requests, and the switch that cuts watches.
package actor ServerControl {
    /// One request, as it came.
    package struct LogEntry: Sendable {
        /// As RBAC names it, such as `list` or `watch`.
        package var verb: String
        /// The kind of the path, also for a request of a subresource.
        package var kind: Kind
        /// Nil: all namespaces, or a kind without.
        package var namespace: String?
        /// Nil for a collection.
        package var name: String?
        /// The name of the caller, or of the user that the caller impersonates.
        package var user: String
        /// When the request had been read, before faults and authorization.
        package var time: ContinuousClock.Instant
    }

    /// The newest requests; the older half goes when there are more than `logLimit`.
    package private(set) var log: [LogEntry] = []
    private var faults: [Fault] = []
    private var watches: [Int: AsyncStream<Void>.Continuation] = [:]
    private var lastWatch = 0
    private var logWaiters: [@Sendable ([LogEntry]) -> Bool] = []
    private var startHook: (@Sendable (APIRequest) async -> Void)?
    private var writeHook: (@Sendable (APIRequest) async -> Void)?

    private static let logLimit = 100_000

    /// Puts a fault in force; of several that would strike a request, the one that was added first does.
    package func add(_ fault: Fault) {
        faults.append(fault)
    }

    /// Everything goes right again.
    package func removeFaults() {
        faults = []
    }

    /// Ends every open watch.
    package func cutWatches() {
        for watch in watches.values { watch.finish() }
        watches = [:]
    }

    /// Calls `hook` before each write is carried out, when its conditions are not looked at yet: a write that waits there is one
    /// that is late on its way.
    package func beforeEachWrite(_ hook: (@Sendable (APIRequest) async -> Void)?) {
        startHook = hook
    }

    /// Runs the hook of `beforeEachWrite`, and returns when the hook has returned.
    func startsWrite(_ request: APIRequest) async {
        await startHook?(request)
    }

    /// Calls `hook` after each write was carried out, before its answer is sent.
    package func afterEachWrite(_ hook: (@Sendable (APIRequest) async -> Void)?) {
        writeHook = hook
    }

    /// Runs the hook of `afterEachWrite`, and returns when the hook has returned.
    func finishedWrite(_ request: APIRequest) async {
        await writeHook?(request)
    }

    /// Adds a request to the log, whether or not it will succeed.
    func record(_ request: APIRequest, from caller: Caller) {
        if log.count >= Self.logLimit { log.removeFirst(log.count / 2) }
        log.append(
            LogEntry(
                verb: request.verb,
                kind: request.kind,
                namespace: request.namespace,
                name: request.name,
                user: caller.user,
                time: .now
            )
        )
        logWaiters.removeAll { $0(log) }
    }

    /// Waits until the log holds so many requests of a verb for a kind; the requests.
    ///
    /// `kind`: nil: any.
    package func requests(_ verb: String, of kind: Kind? = nil, count: Int) async -> [LogEntry] {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        let isMeant: @Sendable (LogEntry) -> Bool = { $0.verb == verb && (kind == nil || $0.kind == kind) }
        let isEnough: @Sendable ([LogEntry]) -> Bool = { log in
            guard log.count(where: isMeant) >= count else { return false }
            signal.finish()
            return true
        }
        if !isEnough(log) { logWaiters.append(isEnough) }
        for await _ in signals {}
        return log.filter(isMeant)
    }

    /// The fault that strikes a request; counts it.
    func fault(for request: APIRequest, from caller: Caller) -> Fault.Effect? {
        guard let index = faults.firstIndex(where: { $0.strikes(request, from: caller) }) else { return nil }
        let effect = faults[index].effect
        faults[index].count -= 1
        if faults[index].count <= 0 { faults.remove(at: index) }
        return effect
    }

    /// A stream that ends when watches are cut.
    func cutSignal() -> (id: Int, stream: AsyncStream<Void>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        lastWatch += 1
        watches[lastWatch] = continuation
        return (lastWatch, stream)
    }

    /// A watch ended by itself.
    func watchEnded(_ id: Int) {
        watches[id] = nil
    }
}
