import Coordination
package import FailoverCore

/// Until when this supervisor may write for the groups of one shard.
///
/// Every write asks for the time left before it is sent and takes no longer. Seals and epochs remain the last line: a write that
/// is on its way when the time is over can do no harm, but it would be in vain.
package final class WriteAuthority: Sendable {
    private let end: Locked<MonotonicTime?>

    /// `end`: nil for a supervisor that is alone and asks nobody.
    package init(until end: MonotonicTime?) {
        self.end = Locked(end)
    }

    /// The lead was renewed, by a request that was sent early enough to be good until then.
    package func extend(to later: MonotonicTime) {
        end.withLock { end in
            if let current = end, current < later { end = later }
        }
    }

    /// Nothing may be written from now on.
    package func end(at now: MonotonicTime) {
        end.withLock { $0 = now }
    }

    /// How long a write that is sent now may take; nil: as long as it would anyway; not above zero: it must not be sent.
    package func timeLeft(at now: MonotonicTime) -> Duration? {
        end.withLock { $0 }.map { $0 >= now ? $0.since(now) : .zero }
    }
}
