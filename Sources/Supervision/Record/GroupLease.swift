import Coordination
import Foundation
package import KubernetesClient

/// A group's Lease as operators use it: for orders to the supervisor, and for the story of the group's moves.
///
/// Whoever may get, watch and patch the Lease may do that; nothing else guards it.
package struct GroupLease: Sendable {
    /// Why an order was not answered, or a story not told.
    package enum Failure: Error, Sendable {
        /// There is no such Lease.
        case noRecord(group: String, namespace: String)
        /// Another order waits for its answer.
        case busy(StoredOrder)
        /// Others wrote the Lease each time.
        case contended
        /// No supervisor answered in time; the order was taken back.
        case unanswered(Duration)
        case kubernetes(KubernetesError)
    }

    /// Attempts to write an order beside others who write the Lease.
    private static let attempts = 5

    private let client: APIClient
    private let group: String
    private let namespace: String

    package init(client: APIClient, group: String, namespace: String) {
        self.client = client
        self.group = group
        self.namespace = namespace
    }

    private var name: String { RecordMapping.name(of: group) }

    // MARK: The story

    /// The group's last moves, oldest first.
    package func history() async throws(Failure) -> [StoredMove] {
        let lease = try await read()
        return RecordMapping.moves(lease.metadata.annotations?[RecordMapping.Annotation.history])
    }

    // MARK: Orders

    /// Gives an order and waits for its answer.
    ///
    /// `patience`: how long to wait; an order that is not answered by then is taken back. Zero: not at all, and it stays.
    /// - Returns: nil only if `patience` is zero.
    package func give(_ order: StoredOrder, patience: Duration) async throws(Failure) -> StoredAnswer? {
        let written = try await write(order)
        if patience == .zero { return nil }
        let answer = await answer(to: order, from: written.metadata.resourceVersion ?? "0", patience: patience)
        if let answer { return answer }
        if let late = try await withdraw(order) { return late }
        throw .unanswered(patience)
    }

    private func read() async throws(Failure) -> Lease {
        do throws(KubernetesError) {
            return try await client.get(Lease.self, namespace: namespace, name: name)
        } catch {
            throw error.code == 404 ? .noRecord(group: group, namespace: namespace) : .kubernetes(error)
        }
    }

    private func write(_ order: StoredOrder) async throws(Failure) -> Lease {
        for _ in 0..<Self.attempts {
            let lease = try await read()
            if let pending = lease.metadata.annotations?[RecordMapping.Annotation.order] {
                throw .busy(StoredOrder(annotation: pending))
            }
            if let written = try await patch(lease, order: StoredJSON.text(order)) { return written }
        }
        throw .contended
    }

    /// Takes an order back.
    ///
    /// - Returns: the answer, if it was given in the last moment.
    private func withdraw(_ order: StoredOrder) async throws(Failure) -> StoredAnswer? {
        for _ in 0..<Self.attempts {
            let lease = try await read()
            if let answer = answer(to: order, on: lease) { return answer }
            guard let pending = lease.metadata.annotations?[RecordMapping.Annotation.order],
                StoredOrder(annotation: pending).id == order.id
            else { return nil }
            if try await patch(lease, order: nil) != nil { return nil }
        }
        throw .contended
    }

    /// - Returns: nil if somebody else wrote the Lease meanwhile.
    private func patch(_ lease: Lease, order: String?) async throws(Failure) -> Lease? {
        let patch = MetadataPatch(
            uid: lease.metadata.uid ?? "",
            resourceVersion: lease.metadata.resourceVersion ?? "",
            annotations: [RecordMapping.Annotation.order: order]
        )
        do throws(KubernetesError) {
            return try await client.patchMetadata(Lease.self, namespace: namespace, name: name, patch)
        } catch {
            if error.code == 409 { return nil }
            throw .kubernetes(error)
        }
    }

    // MARK: Answers

    private func answer(to order: StoredOrder, from version: String, patience: Duration) async -> StoredAnswer? {
        await withDeadline(after: patience) { await follow(order, from: version) } ?? nil
    }

    /// Watches the Lease until the answer is there; a watch that ends begins again from what is stored then.
    private func follow(_ order: StoredOrder, from version: String) async -> StoredAnswer? {
        var version = version
        var found: StoredAnswer?
        while !Task.isCancelled {
            do throws(KubernetesError) {
                try await client.watch(
                    Lease.self,
                    namespace: namespace,
                    fieldSelector: "metadata.name=\(name)",
                    from: version
                ) { event in
                    if case .modified(let lease) = event { found = answer(to: order, on: lease) }
                    return found == nil
                }
            } catch {
                try? await Task.sleep(for: .milliseconds(500))
            }
            if let found { return found }
            guard let lease = try? await read() else { continue }
            if let answer = answer(to: order, on: lease) { return answer }
            version = lease.metadata.resourceVersion ?? version
        }
        return nil
    }

    private func answer(to order: StoredOrder, on lease: Lease) -> StoredAnswer? {
        StoredJSON.list(of: StoredAnswer.self, lease.metadata.annotations?[RecordMapping.Annotation.answers])
            .last { $0.id == order.id }
    }
}

extension GroupLease.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRecord(let group, let namespace):
            "group \"\(group)\" has no record: namespace \"\(namespace)\" has no Lease kube-standby-\(group); is the name right, is "
                + "--namespace, and does a supervisor run?"
        case .busy(let order):
            "another order waits for its answer: \(order.action.rawValue) \(order.pod ?? "") by \(order.by ?? "somebody") at "
                + "\(order.at?.description ?? "an unknown time"); try again when it is answered"
        case .contended: "others wrote the Lease each time; try again"
        case .unanswered(let patience):
            "no supervisor answered within \(patience); the order was taken back. Does one run for this group, and may it update the "
                + "Lease?"
        case .kubernetes(let error): "\(error)"
        }
    }
}
