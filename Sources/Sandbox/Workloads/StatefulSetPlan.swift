/// What is to be done next for a StatefulSet, by its pods as they are.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
struct StatefulSetPlan: Sendable {
    /// One thing to do.
    enum Step: Sendable, Hashable {
        /// `isUpdated`: by the newest template, not by the one before it.
        case create(ordinal: Int, isUpdated: Bool)
        /// The pod is surplus, finished or of an earlier template; a missing one is created by a later step.
        case delete(ordinal: Int)
    }

    /// The pod's label with the name of the ControllerRevision that holds its template.
    static let revisionLabel = "controller-revision-hash"

    private let workload: JSONValue
    /// The pods by ordinal.
    private let pods: [Int: JSONValue]
    private let updateRevision: String
    private let availability: Availability

    /// `updateRevision`: the name of the newest template's revision.
    init(_ workload: JSONValue, pods: [Int: JSONValue], updateRevision: String, _ availability: Availability) {
        self.workload = workload
        self.pods = pods
        self.updateRevision = updateRevision
        self.availability = availability
    }

    /// The ordinals that are asked for.
    private var ordinals: Range<Int> {
        let start = workload["spec"]["ordinals"]["start"].int ?? 0
        return start..<start + max(0, workload["spec"]["replicas"].int ?? 1)
    }

    /// The lowest ordinal that a rolling update reaches.
    private var firstUpdated: Int {
        ordinals.lowerBound + (workload["spec"]["updateStrategy"]["rollingUpdate"]["partition"].int ?? 0)
    }

    private var isRolling: Bool { workload["spec"]["updateStrategy"]["type"] != "OnDelete" }

    /// One thing after the other, not all at once.
    private var isOrdered: Bool { workload["spec"]["podManagementPolicy"] != "Parallel" }

    /// What is to be done now; what comes after it follows from what it brings about.
    var steps: [Step] {
        var steps: [Step] = []
        if complete(&steps) || shrink(&steps) || !isRolling { return steps }
        return steps + update
    }

    // MARK: Scaling

    /// Adds the pods that are missing.
    ///
    /// - Returns: whether everything else has to wait.
    private func complete(_ steps: inout [Step]) -> Bool {
        for ordinal in ordinals {
            guard let pod = pods[ordinal] else {
                steps.append(.create(ordinal: ordinal, isUpdated: !isRolling || ordinal >= firstUpdated))
                if isOrdered { return true }
                continue
            }
            if PodStatus.isFinished(pod) {
                steps.append(.delete(ordinal: ordinal))
                if isOrdered { return true }
            } else if isOrdered, !isAvailable(pod) {
                return true
            }
        }
        return false
    }

    /// Takes away the pods that are not asked for, from the highest ordinal.
    ///
    /// - Returns: whether everything else has to wait.
    private func shrink(_ steps: inout [Step]) -> Bool {
        let surplus = pods.keys.filter { !ordinals.contains($0) }.sorted(by: >)
        // One that is unhealthy holds up those above it, but not itself.
        let firstUnhealthy = surplus.last { pods[$0].map { !isHealthy($0) } ?? false }
        for ordinal in surplus {
            guard let pod = pods[ordinal] else { continue }
            if pod["metadata"]["deletionTimestamp"] != .null {
                if isOrdered { return true }
                continue
            }
            if isOrdered, !isAvailable(pod), ordinal != firstUnhealthy { return true }
            steps.append(.delete(ordinal: ordinal))
            if isOrdered { return true }
        }
        return false
    }

    // MARK: Updating

    /// Takes away pods of earlier templates, from the highest ordinal, no more than may be missing.
    private var update: [Step] {
        let missing = ordinals.count { ordinal in pods[ordinal].map { !isAvailable($0) } ?? true }
        let outdated = ordinals.reversed().filter { ordinal in
            guard let pod = pods[ordinal], ordinal >= firstUpdated else { return false }
            let isTerminating = pod["metadata"]["deletionTimestamp"] != .null
            return pod["metadata"]["labels"][Self.revisionLabel].string != updateRevision && !isTerminating
        }
        return outdated.prefix(max(0, maxUnavailable - missing)).map { .delete(ordinal: $0) }
    }

    private var maxUnavailable: Int {
        let field = workload["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"]
        return max(1, IntOrPercent.value(field, of: ordinals.count, roundsUp: false) ?? 1)
    }

    private func isHealthy(_ pod: JSONValue) -> Bool { PodStatus.isReady(pod) && PodStatus.isActive(pod) }

    private func isAvailable(_ pod: JSONValue) -> Bool { isHealthy(pod) && availability.isAvailable(pod) }
}
