import KubernetesClient

/// How many writes may be under way at once: as many as the API server bears, found out as TCP does.
///
/// Answers that come as fast as they can let one more through; answers that come late, because the server or something before it
/// queues, one less; a refusal for load halves the number. Within that number a group that has begun is never behind one that has
/// not, so that a small number costs no throughput and keeps the order.
/// https://www.rfc-editor.org/rfc/rfc5681
struct WriteWindow: Sendable {
    /// How a write ended, as far as the server's load is concerned.
    enum Ending: Sendable, Hashable {
        /// Answered, whatever the answer.
        case answered
        /// 429, 503, 504, or no answer in time.
        case overloaded
    }

    /// Writes at once, at least and at most.
    static let bounds = 8.0...256.0
    /// Answers that take this much longer than the fastest say that something queues.
    ///
    /// Less would be taken for the server's queue when it is this process that had to wait for a processor.
    private static let queueing: Duration = .milliseconds(80)
    /// The fastest answer counts for so long: the way to the server may change.
    private static let memory: Duration = .seconds(30)

    private var size = 32.0
    /// The fastest answers of this and of the last while.
    private var fastest: (now: Duration, before: Duration) = (.seconds(1), .seconds(1))
    private var fastestSince: Duration?
    /// Refusals of writes that were sent before are those of the number as it was.
    private var cutAt = Duration.zero

    /// Writes that may be under way.
    var limit: Int { Int(size) }

    /// Takes in how a write ended.
    ///
    /// `sentAt`, `now`: monotonic; `wasFull`: whether others waited meanwhile, so that the number was what held them up.
    mutating func ended(_ ending: Ending, sentAt: Duration, now: Duration, wasFull: Bool) {
        switch ending {
        case .overloaded:
            guard sentAt >= cutAt else { return }
            cutAt = now
            size /= 2
        case .answered:
            let latency = now - sentAt
            remember(latency, at: now)
            if latency > best * 2 + Self.queueing {
                size -= 1 / size
            } else if wasFull {
                size += 1 / size
            }
        }
        size = min(max(size, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    private var best: Duration { min(fastest.now, fastest.before) }

    private mutating func remember(_ latency: Duration, at now: Duration) {
        if let fastestSince, now - fastestSince < Self.memory {
            fastest.now = min(fastest.now, latency)
        } else {
            fastest = (latency, fastestSince == nil ? latency : fastest.now)
            fastestSince = now
        }
    }
}

extension KubernetesError {
    /// What it says of the API server's load.
    var ending: WriteWindow.Ending {
        if let code { return [429, 503, 504].contains(code) ? .overloaded : .answered }
        return isTimeout ? .overloaded : .answered
    }
}
