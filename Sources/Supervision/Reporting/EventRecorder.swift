import Coordination
import KubernetesClient
import Logging

/// Sends Events beside everything else: never waited for, one at a time and no more than their share, bounded, dropped when the API
/// server will not have them.
struct EventRecorder: Sendable {
    /// An object and a reason have at most one Event waiting; a newer one replaces it.
    private struct Key: Hashable, Sendable {
        var object: String
        var reason: String
    }

    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async -> Void
    private let create: @Sendable (Event) async throws(KubernetesError) -> Void
    /// Those that found too many waiting, and were not told of yet.
    private let surplus = Locked(0)
    private let mailbox = CoalescingMailbox<Key, Event>()

    /// Creates each Event by one request, repeated as `.standard` says.
    init(client: APIClient, logger: Logger) {
        self.init(logger: logger) { event throws(KubernetesError) in
            _ = try await client.create(event, namespace: event.regarding.namespace, retry: .standard)
        }
    }

    /// How often it is told how many were left out, at most.
    private static let tellingPause: Duration = .seconds(1)
    /// Events that wait at most: those of a mass failure are not worth more memory.
    static let mostWaiting = 1000

    /// `create`: stores an Event on the API server, or says why that was not to be; `sleep`: waits for the next one's turn.
    init(
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        create: @escaping @Sendable (Event) async throws(KubernetesError) -> Void
    ) {
        self.logger = logger
        self.now = now
        self.sleep = sleep
        self.create = create
    }

    /// Leaves an Event to be sent.
    func publish(_ event: Event) {
        let object = event.regarding
        let key = Key(object: "\(object.kind)/\(object.namespace)/\(object.name)", reason: event.reason)
        if !mailbox.post(event, for: key, limit: Self.mostWaiting) { surplus.withLock { $0 += 1 } }
    }

    /// The shares of objects that had Events lately.
    private struct ObjectShares {
        /// Objects that are remembered; those that had none for longest are forgotten then.
        private static let limit = 10_000
        private var shares: [Subject: EventShare] = [:]

        /// What has a share: an object, by whether requests are told of or all else.
        private struct Subject: Hashable {
            var object: Event.ObjectReference
            var isOfRequests: Bool
        }

        /// Whether an object may have one more Event now.
        mutating func admit(_ event: Event, at now: ContinuousClock.Instant) -> Bool {
            let isOfRequests = EventReason(rawValue: event.reason)?.isOfRequests ?? false
            let subject = Subject(object: event.regarding, isOfRequests: isOfRequests)
            if shares.count >= Self.limit {
                shares = shares.filter { !$0.value.isFull(at: now) }
                // All of them are busy: the share of all bounds them.
                if shares.count >= Self.limit { shares = [:] }
            }
            return shares[subject, default: .ofObject].admits(at: now)
        }
    }

    /// A namespace that refuses Events, and until when it is sent none.
    private struct Refusal {
        var attempts = 0
        var end: ContinuousClock.Instant
        var dropped = 0
    }

    /// What concerns every Event of a namespace: a missing right, a namespace that is not there.
    ///
    /// Others concern the one that was sent.
    private static let refusesAll = [401, 403, 404, 405]
    /// Waits of a namespace after such a refusal.
    private static let backoff = Backoff(first: .milliseconds(500), cap: .seconds(30))

    /// Sends Events until the task is cancelled.
    func run() async {
        var refusals: [String: Refusal] = [:]
        var share = EventShare.ofAll
        var objects = ObjectShares()
        var told: ContinuousClock.Instant?
        for await batch in mailbox.batches {
            for event in batch {
                let namespace = event.regarding.namespace
                guard objects.admit(event, at: now()) else {
                    surplus.withLock { $0 += 1 }
                    continue
                }
                // What is not sent has no part in the share.
                if refusals[namespace].map({ $0.end <= now() }) ?? true {
                    let pause = share.reserve(at: now())
                    if pause > .zero { await sleep(pause) }
                }
                await send(event, minding: &refusals[namespace])
            }
            if told.map({ now() - $0 >= Self.tellingPause }) ?? true, tellOfSurplus() { told = now() }
        }
        _ = tellOfSurplus()
    }

    /// Says how many Events were never sent, because too many others waited; whether there were any.
    private func tellOfSurplus() -> Bool {
        let count = surplus.withLock { count in
            defer { count = 0 }
            return count
        }
        if count > 0 {
            logger.notice("events left out, too many at once", metadata: ["events": "\(count)"])
        }
        return count > 0
    }

    private func send(_ event: Event, minding refusal: inout Refusal?) async {
        if let end = refusal?.end, now() < end {
            refusal?.dropped += 1
            return
        }
        do throws(KubernetesError) {
            try await create(event)
            refusal = nil
        } catch {
            if error.isCancellation { return }
            logger.warning("event dropped", metadata: Self.metadata(error, refusal))
            refusal = Self.refusesAll.contains(error.code ?? 0) ? next(after: refusal) : nil
        }
    }

    private func next(after refusal: Refusal?) -> Refusal {
        let attempts = refusal?.attempts ?? 0
        let pause = Self.backoff.delay(attempt: attempts, jitter: .random(in: 0...1))
        return Refusal(attempts: attempts + 1, end: now() + pause)
    }

    private static func metadata(_ error: KubernetesError, _ refusal: Refusal?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let dropped = refusal?.dropped, dropped > 0 { metadata["unsent"] = "\(dropped)" }
        return metadata
    }
}
