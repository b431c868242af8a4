import Coordination
import Logging

/// Writes what became of reloads to the log; what is the same again and again, once a minute.
final class ReloadLog: Sendable {
    /// How long the same is not said again.
    private static let pause: Duration = .seconds(60)
    /// Origins that are remembered; there are three.
    private static let origins = 16

    private struct Last: Sendable {
        var words: String
        var time: ContinuousClock.Instant
        /// How often it was the same since.
        var repetitions = 0
    }

    private let logger: Logger
    private let said = Locked<[String: Last]>([:])

    /// `logger`: where the lines go.
    init(logger: Logger) {
        self.logger = logger
    }

    /// Tells of one reload: a line for each of `details` at most; nothing if the last one by `origin` came to the same words less than
    /// a minute ago.
    func write(
        _ level: Logger.Level,
        _ message: Logger.Message,
        by origin: String,
        _ key: String,
        _ details: [String],
        now: ContinuousClock.Instant = .now
    ) {
        let words = "\(message)\n" + details.joined(separator: "\n")
        let repetitions: Int? = said.withLock { said in
            if let last = said[origin], last.words == words, now - last.time < Self.pause {
                said[origin]?.repetitions += 1
                return nil
            }
            if said[origin] == nil, said.count >= Self.origins { said = [:] }
            return said.updateValue(Last(words: words, time: now), forKey: origin)?.repetitions ?? 0
        }
        guard let repetitions else { return }
        for detail in details {
            var metadata: Logger.Metadata = ["by": "\(origin)", key: "\(detail)"]
            if repetitions > 0 { metadata["left-out"] = "\(repetitions)" }
            logger.log(level: level, message, metadata: metadata)
        }
    }
}
