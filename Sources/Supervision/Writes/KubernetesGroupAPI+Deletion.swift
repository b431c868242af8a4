import Coordination
import FailoverCore
import KubernetesClient

/// What a group has deleted, and what becomes of it.
extension KubernetesGroupAPI {
    /// Deletes a pod of just this uid once, when it is its turn, and gives it the time that it asks for.
    func deletePod(
        _ pod: OutgoingMember,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> PodDeletionOutcome {
        // The time without an active member goes on until the pod has stopped.
        let outcome = await write(.promotion, of: .deletion(pod.name), isWanted: isWanted) {
            [client, namespace] timeout in
            do throws(KubernetesError) {
                try await client.delete(
                    Pod.self,
                    namespace: namespace,
                    name: pod.name,
                    uid: pod.id.uid,
                    timeout: timeout
                )
                return (PodDeletionOutcome.accepted, WriteWindow.Ending.answered)
            } catch {
                // 409: another pod has the name.
                let isGone = error.isAbsence || error.isConflict
                return (isGone ? .gone : .failed(OperationFailure(error)), error.ending)
            }
        }
        return outcome ?? .notSent
    }

    /// Reads a pod of just this uid, from no cache; of one that is gone, how it was at its end.
    ///
    /// A watch of that one pod tells the latter from the API server's history, also while another says nothing.
    func readOutgoing(_ pod: OutgoingMember, since version: ObjectVersion?) async -> MemberReadOutcome {
        let outcome = await readMember(pod.name)
        switch outcome {
        case .found(let member) where member.id == pod.id: return outcome
        case .failed, .tooNew, .ended: return outcome
        case .found, .gone: break
        }
        guard let version, let last = await lastState(of: pod, since: version) else { return .gone }
        return mapping.member(last).map(MemberReadOutcome.ended) ?? .gone
    }

    /// How a pod was when it was deleted; nil if the API server does not tell it, or not at once.
    private func lastState(of pod: OutgoingMember, since version: ObjectVersion) async -> Pod? {
        await withDeadline(after: Self.historyPatience) { [client, namespace] in
            let last = Locked<Pod?>(nil)
            try? await client.watch(
                Pod.self,
                namespace: namespace,
                fieldSelector: "metadata.name=\(pod.name)",
                from: version.rawValue
            ) { event in
                switch event {
                case .deleted(let found) where found.metadata.uid == pod.id.uid: last.withLock { $0 = found }
                // What is too old is not told any more.
                case .error: break
                case .added, .modified, .deleted, .bookmark: return true
                }
                return false
            }
            return last.withLock { $0 }
        } ?? nil
    }

    /// The history is told at once, or not at all.
    private static let historyPatience = Duration.seconds(2)
}
