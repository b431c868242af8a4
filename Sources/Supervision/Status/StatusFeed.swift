import Coordination

/// The names of groups that may stand elsewhere than before, for one who asks what became of them.
///
/// While nobody listens nothing is kept, and a group that changes pays for a look whether somebody does.
package final class StatusFeed: Sendable {
    private let mailbox = CoalescingMailbox<String, String>()
    private let isHeard = Locked(false)
    private let hasClosed = Locked(false)

    /// Nobody listens yet.
    package init() {}

    /// One signal for whatever came since the last; for one consumer.
    ///
    /// Ends when the consumer's task is cancelled.
    package var signals: AsyncStream<Void> { mailbox.signals }

    /// Whether the supervisor ends: a group without a status from now on is not gone.
    package var isClosed: Bool { hasClosed.withLock { $0 } }

    /// The supervisor ends, and its groups with it.
    func close() { hasClosed.withLock { $0 = true } }

    /// Has the consumer look, though nothing may have changed.
    package func signal() { mailbox.signal() }

    /// Keeps names from now on, or does so no more.
    package func listen(_ isHeard: Bool) {
        self.isHeard.withLock { $0 = isHeard }
        if !isHeard { _ = mailbox.takeAll() }
    }

    /// A group may stand elsewhere than before, may be new or gone.
    func touched(_ group: String) {
        if isHeard.withLock({ $0 }) { mailbox.post(group, for: group) }
    }

    /// The groups that were touched since, each once.
    package func takeAll() -> [String] { mailbox.takeAll() }
}
