/// What holds the EndpointSlice controller up: its view that lags behind its own writes, writes that take their time, and the
/// limit of its requests; nothing, unless it is asked for.
///
/// The real controller reads slices from an informer. A change of a pod that reaches it after it has begun to write a slice and
/// before the informer shows that write fails its sync, which is tried again after a second, then two, and so on. A later change
/// of a pod or of the Service starts a sync at once.
package actor EndpointSliceDelay {
    /// How long a write that is stored takes to arrive in the informer; zero: nothing fails for that.
    package private(set) var lag: Duration = .zero
    /// The lag at which the write of a Service's slice began.
    private var lags: [ObjectKey: Duration] = [:]
    /// How long a write takes until it is stored, and everybody sees it; zero: no time.
    private var update: Duration = .zero
    /// Nil: as many as there are.
    private var rate: RequestRate?
    /// The pause before the first retry; it doubles with each failure.
    private var firstRetry: Duration = .seconds(1)
    /// Until when the view of a Service's slice is older than what was written.
    private var staleUntil: [ObjectKey: ContinuousClock.Instant] = [:]
    /// The Services whose slices are being written.
    private var updating: Set<ObjectKey> = []
    private var failures: [ObjectKey: Int] = [:]

    /// Tells of each sync that failed; of the last hundred, if nobody listens.
    package nonisolated let failed: AsyncStream<Void>
    private let failure: AsyncStream<Void>.Continuation

    /// Nothing is held up until `set` is called.
    init() {
        (failed, failure) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(100))
    }

    /// No pause between retries is longer.
    private static let longestRetry: Duration = .seconds(1000)

    /// From now on the view lags behind what is stored already; `firstRetry`: a second, as the real controller has it.
    package func set(lag: Duration, firstRetry: Duration = .seconds(1)) {
        self.lag = lag
        self.firstRetry = firstRetry
        if lag == .zero { staleUntil = [:] }
    }

    /// From now on a write takes so long, and whoever watches sees it when the controller does: who waits for that never meets
    /// the controller in the middle of it.
    package func set(update: Duration, firstRetry: Duration = .seconds(1)) {
        self.update = update
        self.firstRetry = firstRetry
    }

    /// From now on no more slices are written than that; nil: as many as there are.
    package func set(requestsPerSecond: Double?, burst: Int = 30) {
        rate = requestsPerSecond.map { RequestRate(perSecond: $0, burst: burst) }
    }

    // MARK: For the controller

    /// Whether a sync may be made.
    enum Turn: Sendable {
        /// It may.
        case now
        /// It has failed, and is due again after a pause.
        case failed(retryAfter: Duration)
        /// No request may be made before.
        case notBefore(Duration)
    }

    /// Begins a sync.
    func begin(_ service: ObjectKey) -> Turn {
        let pause = rate?.pause(at: .now) ?? .zero
        if pause > .zero { return .notBefore(pause) }
        let isStale = staleUntil[service].map { .now < $0 } ?? false
        guard isStale || updating.contains(service) else {
            staleUntil[service] = nil
            failures[service] = nil
            return .now
        }
        let count = failures[service, default: 0]
        failures[service] = count + 1
        failure.yield()
        return .failed(retryAfter: min(firstRetry * (1 << min(count, 20)), Self.longestRetry))
    }

    /// A Service's slice is about to be written.
    ///
    /// - Returns: how long that takes.
    func writes(_ service: ObjectKey) -> Duration {
        rate?.take()
        lags[service] = lag
        if update > .zero { updating.insert(service) }
        return update
    }

    /// A Service's slice was written.
    func wrote(_ service: ObjectKey) {
        updating.remove(service)
        // Whoever saw what was written may have set another lag since: that is for what comes now.
        let ownLag = lags.removeValue(forKey: service) ?? lag
        if ownLag > .zero, lag > .zero { staleUntil[service] = .now + ownLag }
    }
}
