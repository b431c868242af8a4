import FailoverCore
import KubernetesClient

/// What a group has deleted.
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
}
