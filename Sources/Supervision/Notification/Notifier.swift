import Coordination
import Foundation
import Logging
import Metrics
import StandbyConfiguration
import Transport

/// Tells the receivers of the file what becomes of the groups, on an event loop of its own, which there is only with a receiver.
final class Notifier: Sendable {
    private let receivers = Locked<[NotificationReceiver]>([])
    private let lazyLoop = LazyLoop(name: "notifications")
    private let changes: AsyncStream<[NotificationReceiver]>
    private let change: AsyncStream<[NotificationReceiver]>.Continuation
    private let logger: Logger
    private let results: [NotificationReceiver.Result: Counter]

    /// Tells nobody before a configuration names somebody.
    init(logger: Logger, metrics: any MetricsFactory) {
        self.logger = logger
        results = Dictionary(
            uniqueKeysWithValues: NotificationReceiver.Result.allCases.map { result in
                let labels = [("result", result.rawValue)]
                return (
                    result, Counter(label: "kube_standby_notifications_total", dimensions: labels, factory: metrics)
                )
            }
        )
        (changes, change) = AsyncStream.makeStream(
            of: [NotificationReceiver].self,
            bufferingPolicy: .bufferingNewest(1)
        )
    }

    /// Tells these from now on; whoever is told the same as before goes on, with what is still to be told.
    func apply(_ configurations: [NotificationConfiguration]) {
        let receivers = receivers.withLock { receivers in
            var known = receivers
            receivers = configurations.map { configuration in
                if let index = known.firstIndex(where: { $0.configuration == configuration }) {
                    return known.remove(at: index)
                }
                return NotificationReceiver(configuration, on: lazyLoop.loop, logger: logger) { [results] in
                    results[$0]?.increment()
                }
            }
            return receivers
        }
        change.yield(receivers)
    }

    /// Leaves a notice to be told; never waits.
    func publish(_ notice: GroupNotice) {
        let receivers = receivers.withLock { $0 }
        guard !receivers.isEmpty, let notification = GroupNotification(notice, at: Date()) else { return }
        for receiver in receivers { receiver.publish(notification) }
    }

    /// Leaves something to be told of the supervisor itself; never waits.
    func publish(_ reason: EventReason, _ note: String) {
        let notification = GroupNotification(reason: reason, message: note, time: Date())
        for receiver in receivers.withLock({ $0 }) { receiver.publish(notification) }
    }

    /// The loop; nil: there was no receiver yet.
    var loop: EventLoop? { lazyLoop.begun }

    /// Runs the receivers of each configuration until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            var running: [NotificationReceiver] = []
            for await receivers in changes {
                for receiver in running where !receivers.contains(where: { $0 === receiver }) { receiver.finish() }
                for receiver in receivers where !running.contains(where: { $0 === receiver }) {
                    group.addTask { await receiver.run() }
                }
                running = receivers
            }
            group.cancelAll()
        }
    }
}
