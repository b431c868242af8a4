/// The deletion of a pod that was asked for.
struct PendingDeletion: Sendable, Hashable {
    /// By which operation.
    let operation: OperationID
    /// When.
    let since: MonotonicTime
}

extension GroupKnowledge {
    /// How long a pod is taken for one that is being deleted although nothing shows that: longer than a request may be on its way.
    private static let longestDeletion = Duration.seconds(60)

    /// Deletions are asked for, and may be carried out from now on: nobody is promoted who is about to go.
    mutating func asked(_ effects: [Effect], at now: MonotonicTime) {
        for case .deletePod(let id, let pod) in effects {
            policy.doomed[pod.id] = PendingDeletion(operation: id, since: now)
        }
    }

    /// A deletion was denied, or not sent.
    mutating func spare(_ id: OperationID) {
        policy.doomed = policy.doomed.filter { $0.value.operation != id }
    }

    /// What was to become of deletions has become of them.
    mutating func forgetDeletions(at now: MonotonicTime) {
        if policy.doomed.isEmpty { return }
        policy.doomed = policy.doomed.filter { id, deletion in
            view[id]?.lifecycle == .running && now < deletion.since + Self.longestDeletion
        }
    }
}
