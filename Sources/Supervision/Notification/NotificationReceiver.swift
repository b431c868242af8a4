import Coordination
import Logging
import StandbyConfiguration
import Transport

/// Tells one receiver, beside everything else: one request at a time and no more than one a second, each tried three times.
final class NotificationReceiver: Sendable {
    /// How a try ended.
    enum Outcome: Sendable, Hashable {
        /// The receiver took it.
        case taken
        /// The same request would be refused again.
        case refused(String)
        /// It may be taken later.
        case failed(String)
    }

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
    private let send: @Sendable (GroupNotification) async -> Outcome
    private let sleep: @Sendable (Duration) async -> Void
    private let count: @Sendable (Result) -> Void

    /// `send`: tries once; `sleep`: waits for so long, or until the task is cancelled; `count`: is told of each notification's end.
    init(
        _ configuration: NotificationConfiguration,
        host: String,
        logger: Logger,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        count: @escaping @Sendable (Result) -> Void = { _ in },
        send: @escaping @Sendable (GroupNotification) async -> Outcome
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
        let request = NotificationRequest(configuration)
        self.init(configuration, host: request.host, logger: logger, count: count) {
            await Self.send($0, by: request, on: loop)
        }
    }

    private static func send(
        _ notification: GroupNotification,
        by request: NotificationRequest,
        on loop: EventLoop
    ) async -> Outcome {
        do {
            let status = try await loop.response(to: try request.request(telling: notification)).head.status
            if (200..<300).contains(status) { return .taken }
            return status >= 500 || status == 429 ? .failed("HTTP \(status)") : .refused("HTTP \(status)")
        } catch let error as TransportError {
            // The details of a bad URL are the URL.
            return error.kind == .badRequest ? .refused("the request cannot be made") : .failed("\(error)")
        } catch {
            return .failed("\(error)")
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
