import KubernetesClient

/// How many writes may be under way at once: as many as the API server bears, found out as TCP does.
///
/// Answers that come as fast as they can let one more through; answers that come late, because the server or something before it
/// queues, one less; a refusal for load halves the number, and so does silence, unless others are answered as fast as ever: then it is not the
/// server's load (an admission webhook hangs, say). Within that number a group that has begun is never behind one that has
/// not, so that a small number costs no throughput and keeps the order.
/// https://www.rfc-editor.org/rfc/rfc5681
struct WriteWindow: Sendable {
    /// How a write ended, as far as the server's load is concerned.
    enum Ending: Sendable, Hashable {
        /// Answered, whatever the answer.
        case answered
        /// 429 or 503.
        case overloaded
        /// 504, or no answer in time.
        case unanswered
    }

    /// Writes at once, at least and at most.
    static let bounds = 8.0...256.0
    /// Answers that take this much longer than the fastest say that something queues.
    ///
    /// Less would be taken for the server's queue when it is this process that had to wait for a processor.
    private static let queueing: Duration = .milliseconds(80)
    /// The fastest answer counts for so long: the way to the server may change.
    private static let memory: Duration = .seconds(30)

    /// An answer to what was sent so long before a write, or later, tells of the same server.
    private static let news: Duration = .seconds(2)

    private var size = 32.0
    /// The fastest answers of this and of the last while.
    private var fastest: (now: Duration, before: Duration) = (.seconds(1), .seconds(1))
    private var fastestSince: Duration?
    /// Refusals of writes that were sent before are those of the number as it was.
    private var cutAt = Duration.zero
    /// When the last write was sent that was answered as fast as can be.
    private var promptAt: Duration?

    /// Writes that may be under way.
    var limit: Int { Int(size) }

    /// Whether others are answered as fast as can be, since just before a write was sent or later.
    func answers(sentAt: Duration) -> Bool { promptAt.map { $0 + Self.news >= sentAt } ?? false }

    /// Takes in how a write ended.
    ///
    /// `sentAt`, `now`: monotonic; `wasFull`: whether others waited meanwhile, so that the number was what held them up; `isApart`:
    /// whether it took no place of that number, for it was known to take long, so that it says nothing by that.
    mutating func ended(_ ending: Ending, sentAt: Duration, now: Duration, wasFull: Bool, isApart: Bool = false) {
        switch ending {
        case .overloaded: halve(sentAt: sentAt, now: now)
        case .unanswered: if !isApart, !answers(sentAt: sentAt) { halve(sentAt: sentAt, now: now) }
        case .answered:
            let latency = now - sentAt
            if isApart, latency > promptness { break }
            remember(latency, at: now)
            if latency > promptness {
                size -= 1 / size
            } else {
                promptAt = max(promptAt ?? sentAt, sentAt)
                if wasFull { size += 1 / size }
            }
        }
        size = min(max(size, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    private mutating func halve(sentAt: Duration, now: Duration) {
        guard sentAt >= cutAt else { return }
        cutAt = now
        size /= 2
    }

    private var best: Duration { min(fastest.now, fastest.before) }
    /// An answer that takes longer says that something queues.
    private var promptness: Duration { best * 2 + Self.queueing }

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
        switch code {
        case 429, 503: .overloaded
        case 504: .unanswered
        case nil: isTimeout ? .unanswered : .answered
        default: .answered
        }
    }
}
