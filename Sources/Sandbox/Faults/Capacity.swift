/// How many writes an API server bears: what comes faster waits, and is refused when too much waits already.
///
/// As API priority and fairness does it, each caller has a queue of its own and the queues take turns, so that nobody who asks for
/// little waits behind somebody who asks for much. A full queue is answered with 429 and Retry-After. Unlike there, also
/// `system:masters` wait; narrow the fault down by user to let somebody pass.
/// https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
package actor Capacity {
    /// When each write is begun: evenly, without a burst after a pause.
    struct Pace: Sendable {
        private let interval: Duration
        private var next: Duration?

        /// So many writes a second.
        init(perSecond: Double) {
            interval = .seconds(1 / perSecond)
        }

        /// When the next write may begin, at `now` or later; the one after it comes an interval later.
        mutating func reserve(at now: Duration) -> Duration {
            let begin = max(now, next ?? now)
            next = begin + interval
            return begin
        }
    }

    /// Requests that wait, in the order in which they are served.
    struct Queues<Request> {
        private var waiting: [String: [Request]] = [:]
        /// Callers that wait for something, the next one first.
        private var turns: [String] = []
        private let limit: Int

        /// `limit`: of one caller's queue.
        init(limit: Int) {
            self.limit = limit
        }

        /// - Returns: false if the caller's queue is full.
        mutating func add(_ request: Request, of caller: String) -> Bool {
            guard waiting[caller, default: []].count < limit else { return false }
            if waiting[caller] == nil { turns.append(caller) }
            waiting[caller, default: []].append(request)
            return true
        }

        /// The next request; nil if none waits.
        mutating func next() -> Request? {
            guard let caller = turns.first else { return nil }
            turns.removeFirst()
            let request = waiting[caller]?.removeFirst()
            if waiting[caller]?.isEmpty ?? true { waiting[caller] = nil } else { turns.append(caller) }
            return request
        }
    }

    private let latency: Duration
    private var pace: Pace
    private var queues: Queues<AsyncStream<Void>.Continuation>
    private let start = ContinuousClock.now

    /// What a real API server keeps of one caller at most: a hand of 6 queues of 50 requests.
    package static let queueLength = 300

    /// `writesPerSecond`: above 0; `latency`: of a write that waits for nothing; `queueLength`: of one caller's queue.
    package init(writesPerSecond: Double, latency: Duration, queueLength: Int = Capacity.queueLength) {
        self.latency = latency
        pace = Pace(perSecond: writesPerSecond)
        queues = Queues(limit: queueLength)
    }

    /// Waits until the server has carried out a write, as far as time goes.
    ///
    /// - Throws: 429 if the caller's queue is full.
    nonisolated func admit(_ caller: Caller) async throws {
        let (turn, begin) = try await enter(caller.user)
        // There are as many begins as requests: whoever wakes up lets the next one pass, which may be another.
        try? await Task.sleep(until: begin)
        await callNext()
        for await _ in turn {}
        try await Task.sleep(for: latency)
    }

    private func enter(_ caller: String) throws(APIFailure) -> (AsyncStream<Void>, ContinuousClock.Instant) {
        let (turn, signal) = AsyncStream.makeStream(of: Void.self)
        guard queues.add(signal, of: caller) else { throw .tooManyRequests }
        return (turn, start + pace.reserve(at: .now - start))
    }

    private func callNext() {
        queues.next()?.finish()
    }
}

extension APIFailure {
    /// 429: what this caller asks for waits already, and that is too much.
    fileprivate static let tooManyRequests = APIFailure(
        code: 429,
        reason: "TooManyRequests",
        message: "Too many requests, please try again later.",
        retryAfter: 1
    )
}
