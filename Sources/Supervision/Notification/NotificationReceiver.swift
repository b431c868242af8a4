import Coordination
import Logging
import StandbyConfiguration
import Transport

/// Tells one receiver, beside everything else: one request at a time and no more than one a second, each tried three times.
final class NotificationReceiver: Sendable {
    /// What was told, and what was not.
    enum Result: String, Sendable, CaseIterable {
        /// The receiver took it.
        case sent
        /// The receiver refused it, or did not answer three times.
        case failed
        /// Too many waited.
        case dropped
    }

    /// Tries for one notification.
    static let tries = 3
    /// Between two requests, whatever becomes of them.
    static let pause: Duration = .seconds(1)
    /// Before another try.
    private static let backoff = Backoff(first: .seconds(1), cap: .seconds(10))

    /// What it is told, and how.
    let configuration: NotificationConfiguration
    private let reasons: Set<String>
    private let queue = Locked(NotificationQueue())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let logger: Logger
    private let host: String
    private let send: @Sendable (GroupNotification) async -> PostRequest.Outcome
    private let sleep: @Sendable (Duration) async -> Void
    private let count: @Sendable (Result) -> Void

    /// `send`: tries once; `sleep`: waits for so long, or until the task is cancelled; `count`: is told of each notification's end.
    init(
        _ configuration: NotificationConfiguration,
        host: String,
        logger: Logger,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        count: @escaping @Sendable (Result) -> Void = { _ in },
        send: @escaping @Sendable (GroupNotification) async -> PostRequest.Outcome
    ) {
        self.configuration = configuration
        reasons = Set(configuration.reasons.flatMap(\.eventReasons))
        self.host = host
        self.logger = logger
        self.sleep = sleep
        self.count = count
        self.send = send
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Sends by the loop.
    convenience init(
        _ configuration: NotificationConfiguration,
        on loop: EventLoop,
        logger: Logger,
        count: @escaping @Sendable (Result) -> Void
    ) {
        let request = PostRequest(configuration.post, timeout: configuration.timeout)
        let text = NotificationText(configuration.template, contentType: request.contentType)
        self.init(configuration, host: request.host, logger: logger, count: count) {
            await request.send(text.body(of: $0), on: loop)
        }
    }

    /// Leaves it to be told, if the receiver wants to know; never waits.
    func publish(_ notification: GroupNotification) {
        guard reasons.contains(notification.reason.rawValue) else { return }
        if queue.withLock({ $0.add(notification) }) { count(.dropped) }
        signal.yield()
    }

    /// It is told nothing more, not even what was left to be told.
    func finish() {
        queue.withLock { $0 = NotificationQueue() }
        signal.finish()
    }

    /// Tells what is left to it until `finish`, or until the task is cancelled.
    func run() async {
        for await _ in signals {
            while !Task.isCancelled, let next = queue.withLock({ $0.next() }) {
                await tell(next)
                await sleep(Self.pause)
            }
        }
    }

    private func tell(_ notification: GroupNotification) async {
        var words = ""
        for attempt in 0..<Self.tries {
            if attempt > 0 { await sleep(Self.backoff.delay(attempt: attempt - 1, jitter: .random(in: 0...1))) }
            switch await send(notification) {
            case .taken: return count(.sent)
            case .refused(let reason): return gaveUp(notification, reason)
            case .failed(let reason): words = reason
            }
            if Task.isCancelled { return }
        }
        gaveUp(notification, words)
    }

    private func gaveUp(_ notification: GroupNotification, _ reason: String) {
        count(.failed)
        logger.warning(
            "a notification was not taken",
            metadata: ["receiver": "\(host)", "reason": "\(notification.reason.rawValue)", "error": "\(reason)"]
        )
    }
}
