/// How far the EndpointSlice controller's view lags behind its own writes; nothing, unless it is asked for.
///
/// The real controller reads slices from an informer. A change of a pod that reaches it after it has written a slice and before
/// the informer shows that write fails its sync, which is tried again after a second, then two, and so on. A later change of a
/// pod or of the Service starts a sync at once.
package actor EndpointSliceDelay {
    /// How long a write takes to arrive in the informer; zero: nothing fails.
    package private(set) var lag: Duration = .zero
    /// The pause before the first retry; it doubles with each failure.
    private var firstRetry: Duration = .seconds(1)
    /// Until when the view of a Service's slice is older than what was written.
    private var staleUntil: [ObjectKey: ContinuousClock.Instant] = [:]
    private var failures: [ObjectKey: Int] = [:]

    /// Tells of each sync that failed; of the last hundred, if nobody listens.
    package nonisolated let failed: AsyncStream<Void>
    private let failure: AsyncStream<Void>.Continuation

    /// No lag until `set` is called.
    init() {
        (failed, failure) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(100))
    }

    /// No pause between retries is longer.
    private static let longestRetry: Duration = .seconds(1000)

    /// From now on the view lags; `firstRetry`: a second, as the real controller has it.
    package func set(lag: Duration, firstRetry: Duration = .seconds(1)) {
        self.lag = lag
        self.firstRetry = firstRetry
        if lag == .zero { staleUntil = [:] }
    }

    /// A Service's slice was written.
    func wrote(_ service: ObjectKey) {
        if lag > .zero { staleUntil[service] = .now + lag }
    }

    /// Begins a sync.
    ///
    /// - Returns: nil if it can be done, else how long to wait before it is tried again.
    func begin(_ service: ObjectKey) -> Duration? {
        guard let end = staleUntil[service], .now < end else {
            staleUntil[service] = nil
            failures[service] = nil
            return nil
        }
        let count = failures[service, default: 0]
        failures[service] = count + 1
        failure.yield()
        return min(firstRetry * (1 << min(count, 20)), Self.longestRetry)
    }
}
