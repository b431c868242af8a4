import Foundation

/// Which pods count as available: those that have been ready for long enough.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds
struct Availability: Sendable {
    private let minReady: TimeInterval
    private let now: Date

    /// `workload`: whose `minReadySeconds` counts; they pass at the cluster's pace.
    init(_ workload: JSONValue, pace: Pace, now: Date = Date()) {
        minReady = TimeInterval(workload["spec"]["minReadySeconds"].int ?? 0) / pace.speed
        self.now = now
    }

    /// Whether the pod has been ready for `minReadySeconds`.
    func isAvailable(_ pod: JSONValue) -> Bool {
        guard PodStatus.isReady(pod) else { return false }
        return minReady == 0 || (remaining(pod) ?? 0) <= 0
    }

    /// How long it takes until one more of these pods is available; nil if none is on its way.
    func wait(_ pods: [JSONValue]) -> Duration? {
        if minReady == 0 { return nil }
        return pods.filter { PodStatus.isReady($0) && !isAvailable($0) }.compactMap(remaining).min()
            .map { .seconds($0) }
    }

    private func remaining(_ pod: JSONValue) -> TimeInterval? {
        PodStatus.readySince(pod).map { minReady - now.timeIntervalSince($0) }
    }
}

extension PodStatus {
    /// Since when a pod's readiness is as it is; nil if nobody has said.
    static func readySince(_ pod: JSONValue) -> Date? {
        let ready = pod["status"]["conditions"].array?.first { $0["type"] == "Ready" }
        return ready.flatMap { Timestamp.date($0["lastTransitionTime"]) }
    }

    /// Whether a pod's containers have ended for good.
    static func isFinished(_ pod: JSONValue) -> Bool {
        ["Succeeded", "Failed"].contains(pod["status"]["phase"].string)
    }

    /// Whether a pod counts for its workload: it is neither finished nor being deleted.
    static func isActive(_ pod: JSONValue) -> Bool {
        !isFinished(pod) && pod["metadata"]["deletionTimestamp"] == .null
    }
}
