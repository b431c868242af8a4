import FailoverCore
import Logging

/// How long writes wait for their turn, at a moment.
struct WriteDelay: Sendable, Hashable {
    /// Writes that wait.
    var waiting: Int
    /// How long the one has waited that waits longest.
    var longest: Duration
    /// Writes that were sent a second ago or more, and have no answer yet.
    var unanswered: Int
    /// Writes that may be under way at once.
    var limit: Int
}

/// Tells, once a minute at most, that writes wait for long, and once that they no longer do.
struct WriteDelayLog: Sendable {
    /// A wait for so long is told.
    static let patience: Duration = .seconds(5)
    /// As long as it lasts, no sooner than after this.
    static let pause: Duration = .seconds(60)

    private let logger: Logger
    /// When it was told last; nil: it is over, or has not begun.
    private var toldAt: MonotonicTime?

    /// A log in which nothing was told.
    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Takes in how long writes wait.
    mutating func heard(_ delay: WriteDelay, at now: MonotonicTime) {
        if delay.waiting == 0 {
            if toldAt != nil { logger.notice("writes to the API server no longer wait") }
            toldAt = nil
            return
        }
        guard delay.longest >= Self.patience, toldAt.map({ now.since($0) >= Self.pause }) ?? true else { return }
        toldAt = now
        logger.warning(
            "writes to the API server wait for their turn",
            metadata: [
                "waiting": "\(delay.waiting)",
                "longest": "\(delay.longest)",
                "unanswered": "\(delay.unanswered)",
                "limit": "\(delay.limit)",
            ]
        )
    }
}

extension WriteScheduler {
    /// Looks once a second after what takes long, while something waits, until the task is cancelled.
    nonisolated func run(_ clock: SupervisionClock, _ logger: Logger) async {
        var log = WriteDelayLog(logger)
        while !Task.isCancelled {
            await somethingWaits()
            guard await clock.sleep(clock.now() + Self.patience) else { return }
            log.heard(await look(), at: clock.now())
        }
    }
}
