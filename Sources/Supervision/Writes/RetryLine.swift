import FailoverCore

/// Writes whose last try had no answer in time, on a way of their own.
///
/// A webhook that hangs holds what it is asked about, and nothing else: such writes must not take the places of writes that would be
/// answered. There are few of them at once, so that they are no burden for a server that hangs as a whole, and fewer of one namespace, for
/// a webhook is often one namespace's.
struct RetryLine: Sendable {
    /// Under way at once, at most.
    static let limit = 32
    /// Of one namespace.
    static let limitOfNamespace = 16

    private var queues: [String: WriteQueue] = [:]
    private var underWay: [String: Int] = [:]
    private var total = 0

    /// How many wait.
    var count: Int { queues.values.reduce(0) { $0 + $1.count } }
    /// Since when the one waits that waits longest; nil: none does.
    var oldest: MonotonicTime? { queues.values.compactMap(\.oldest).min() }

    /// Whether one of a namespace may go at once.
    func hasRoom(for namespace: String) -> Bool {
        total < Self.limit && underWay[namespace, default: 0] < Self.limitOfNamespace
    }

    /// One is under way.
    mutating func began(_ namespace: String) {
        total += 1
        underWay[namespace, default: 0] += 1
    }

    /// One is under way no more.
    mutating func ended(_ namespace: String) {
        total -= 1
        let left = underWay[namespace, default: 1] - 1
        underWay[namespace] = left > 0 ? left : nil
    }

    /// One more waits.
    mutating func insert(_ waiter: WriteQueue.Waiter, of namespace: String) {
        queues[namespace, default: WriteQueue()].insert(waiter)
    }

    /// The one of this number waits no longer.
    mutating func leave(_ number: Int, of namespace: String) { queues[namespace]?.leave(number) }

    /// Takes out the next one that may go, if there is one, with its namespace.
    mutating func pop() -> (waiter: WriteQueue.Waiter, namespace: String)? {
        guard total < Self.limit else { return nil }
        var best: (place: WriteQueue.Place, namespace: String)?
        for namespace in Array(queues.keys) {
            guard let place = queues[namespace]?.first() else {
                queues[namespace] = nil
                continue
            }
            if hasRoom(for: namespace), best.map({ place < $0.place }) ?? true { best = (place, namespace) }
        }
        guard let namespace = best?.namespace, let waiter = queues[namespace]?.pop() else { return nil }
        return (waiter, namespace)
    }
}
