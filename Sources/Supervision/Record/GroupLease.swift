import Coordination
import Foundation
package import KubernetesClient

/// A group's Lease as operators use it: for requests to the supervisor, and for the history of the group's moves.
///
/// Whoever may get, watch and patch the Lease may do that; nothing else guards it.
package struct GroupLease: Sendable {
    /// Why a request was not answered, or the history not read.
    package enum Failure: Error, Sendable {
        /// There is no such Lease.
        case noRecord(group: String, namespace: String)
        /// Another request waits for its answer; nil: one that cannot be read.
        case busy(StoredRequest?)
        /// Others wrote the Lease each time.
        case contended
        /// No supervisor answered in time; the request was taken back.
        case unanswered(Duration)
        /// Whoever waited for the answer does so no more; the request was taken back.
        case interrupted
        /// The API server cannot be reached, or refuses.
        case kubernetes(KubernetesError)
    }

    /// Attempts to write a request beside others who write the Lease.
    private static let attempts = 5

    private let client: APIClient
    private let group: String
    private let namespace: String

    /// `namespace`: the group's; nothing is read yet.
    package init(client: APIClient, group: String, namespace: String) {
        self.client = client
        self.group = group
        self.namespace = namespace
    }

    private var name: String { RecordMapping.name(of: group) }

    // MARK: History

    /// The group's last moves, oldest first.
    package func history() async throws(Failure) -> [StoredMove] {
        let lease = try await read()
        return RecordMapping.moves(lease.metadata.annotations?[RecordMapping.Annotation.history])
    }

    // MARK: Requests

    /// Gives a request and waits for its answer.
    ///
    /// `patience`: how long to wait; a request that is not answered by then is taken back. Zero: not at all, and it stays.
    /// `interruption`: ends when nobody waits for the answer any more; the request is taken back then, too.
    /// - Returns: nil only if `patience` is zero.
    package func give(
        _ request: StoredRequest,
        patience: Duration,
        interruption: (@Sendable () async -> Void)? = nil
    ) async throws(Failure) -> StoredAnswer? {
        let written = try await write(request)
        if patience == .zero { return nil }
        let version = written.metadata.resourceVersion ?? "0"
        let wait = await withTaskGroup(of: Wait.self) { group in
            group.addTask { .ended(await answer(to: request, from: version, patience: patience)) }
            if let interruption {
                group.addTask {
                    await interruption()
                    return .interrupted
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .interrupted
        }
        if case .ended(let answer?) = wait { return answer }
        if let late = try await withdraw(request) { return late }
        if case .interrupted = wait { throw .interrupted }
        throw .unanswered(patience)
    }

    /// How the wait for an answer ended; without one if it took too long.
    private enum Wait {
        case ended(StoredAnswer?)
        case interrupted
    }

    private func read() async throws(Failure) -> Lease {
        do throws(KubernetesError) {
            return try await client.get(Lease.self, namespace: namespace, name: name)
        } catch {
            throw error.isAbsence ? .noRecord(group: group, namespace: namespace) : .kubernetes(error)
        }
    }

    private func write(_ request: StoredRequest) async throws(Failure) -> Lease {
        for _ in 0..<Self.attempts {
            let lease = try await read()
            if let pending = lease.metadata.annotations?[request.annotation] {
                throw .busy(StoredRequest(annotation: pending))
            }
            if let written = try await patch(lease, request.annotation, StoredJSON.text(request)) { return written }
        }
        throw .contended
    }

    /// Takes a request back.
    ///
    /// - Returns: the answer, if it was given in the last moment.
    private func withdraw(_ request: StoredRequest) async throws(Failure) -> StoredAnswer? {
        for _ in 0..<Self.attempts {
            let lease = try await read()
            if let answer = answer(to: request, on: lease) { return answer }
            guard let pending = lease.metadata.annotations?[request.annotation],
                StoredRequest(annotation: pending)?.id == request.id
            else { return nil }
            if try await patch(lease, request.annotation, nil) != nil { return nil }
        }
        throw .contended
    }

    /// - Returns: nil if somebody else wrote the Lease meanwhile.
    private func patch(_ lease: Lease, _ key: String, _ request: String?) async throws(Failure) -> Lease? {
        let patch = MetadataPatch(
            uid: lease.metadata.uid ?? "",
            resourceVersion: lease.metadata.resourceVersion ?? "",
            annotations: [key: request]
        )
        do throws(KubernetesError) {
            return try await client.patchMetadata(Lease.self, namespace: namespace, name: name, patch)
        } catch {
            if error.isConflict { return nil }
            throw .kubernetes(error)
        }
    }

    // MARK: Requests for later

    /// What waited for its time, and does so no more.
    package enum Cancellation: Sendable, Hashable {
        /// Nothing waited.
        case nothing
        /// This request; nil: one that cannot be read.
        case takenBack(StoredRequest?)
    }

    /// Takes back the request that waits for its time.
    package func cancel() async throws(Failure) -> Cancellation {
        for _ in 0..<Self.attempts {
            let lease = try await read()
            let annotations = lease.metadata.annotations ?? [:]
            guard let key = Self.nextThatWaits(annotations) else { return .nothing }
            let request = annotations[key].flatMap(StoredRequest.init(annotation:))
            if try await patch(lease, key, nil) != nil { return .takenBack(request) }
        }
        throw .contended
    }

    /// The annotation of the request that is due first; one that cannot be read is the last.
    private static func nextThatWaits(_ annotations: [String: String]) -> String? {
        func due(_ key: String) -> MicroTime? { annotations[key].flatMap(StoredRequest.init(annotation:))?.due }
        let scheduled = RecordMapping.Annotation.scheduled
        // Whoever writes by hand may have put one where others wait for nothing.
        return [scheduled, RecordMapping.Annotation.request]
            .filter { annotations[$0] != nil && ($0 == scheduled || due($0) != nil) }
            .min { (due($0)?.microseconds ?? .max) < (due($1)?.microseconds ?? .max) }
    }

    // MARK: Answers

    private func answer(to request: StoredRequest, from version: String, patience: Duration) async -> StoredAnswer? {
        await withDeadline(after: patience) { await follow(request, from: version) } ?? nil
    }

    /// Watches the Lease until the answer is there; a watch that ends begins again from what is stored then.
    private func follow(_ request: StoredRequest, from version: String) async -> StoredAnswer? {
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
                    if case .modified(let lease) = event { found = answer(to: request, on: lease) }
                    return found == nil
                }
            } catch {
                try? await Task.sleep(for: .milliseconds(500))
            }
            if let found { return found }
            guard let lease = try? await read() else { continue }
            if let answer = answer(to: request, on: lease) { return answer }
            version = lease.metadata.resourceVersion ?? version
        }
        return nil
    }

    private func answer(to request: StoredRequest, on lease: Lease) -> StoredAnswer? {
        StoredJSON.list(of: StoredAnswer.self, lease.metadata.annotations?[RecordMapping.Annotation.answers])
            .last { $0.id == request.id }
    }
}

extension StoredRequest {
    /// Where it stands on the Lease: one that is to wait does not keep others waiting.
    fileprivate var annotation: String {
        due == nil ? RecordMapping.Annotation.request : RecordMapping.Annotation.scheduled
    }
}

extension GroupLease.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRecord(let group, let namespace):
            "group \"\(group)\" has no record: namespace \"\(namespace)\" has no Lease kube-standby-\(group); is the name right, is "
                + "--namespace, and does a supervisor run?"
        case .busy(let request):
            if let request, request.due != nil {
                "another switchover waits for its time: \(request.summary); --cancel takes it back"
            } else {
                "another request waits for its answer: \(request?.summary ?? "one that cannot be read"); try again when it is "
                    + "answered"
            }
        case .contended: "others wrote the Lease each time; try again"
        case .unanswered(let patience):
            "no supervisor answered within \(patience); the request was taken back, but a move that has begun may go on: \"kube-standby "
                + "status\" tells. Does one run for this group, and may it update the "
                + "Lease? A group that waits, for its Service or for pods that another group has, answers nothing: the supervisor's log "
                + "says \"group waits\", and for what."
        case .interrupted:
            "interrupted; the request was taken back, but a move that has begun may go on: \"kube-standby status\" tells"
        case .kubernetes(let error): "\(error)"
        }
    }
}
