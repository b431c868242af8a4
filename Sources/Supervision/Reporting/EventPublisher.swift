import KubernetesClient
import Logging
import Transport

/// Sends Events beside everything else: never waited for, bounded, dropped when the API server will not have them.
struct EventPublisher: Sendable {
    /// An object and a reason have at most one Event waiting; a newer one replaces it.
    private struct Key: Hashable, Sendable {
        var object: String
        var reason: String
    }

    let client: APIClient
    let logger: Logger
    private let mailbox = CoalescingMailbox<Key, Event>()

    init(client: APIClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    /// Leaves an Event to be sent.
    func publish(_ event: Event) {
        let object = event.regarding
        mailbox.post(event, for: Key(object: "\(object.kind)/\(object.namespace)/\(object.name)", reason: event.reason))
    }

    /// Sends Events until the task is cancelled.
    func run() async {
        for await batch in mailbox.batches {
            for event in batch { await send(event) }
        }
    }

    private func send(_ event: Event) async {
        do throws(KubernetesError) {
            _ = try await client.create(event, namespace: event.regarding.namespace, retry: .standard)
        } catch {
            if !error.isCancellation { logger.warning("event dropped", metadata: ["error": "\(error)"]) }
        }
    }
}
