import Sandbox
import Transport

/// Which pod each group's EndpointSlice shows and since when, and how many writes there were, by watches.
actor SliceTimeline {
    /// A pod became the one that is shown as ready.
    private struct Shown: Sendable {
        var pod: String
        /// When the watch told of it.
        var time: ContinuousClock.Instant
    }

    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"

    /// Changes of slices, Leases and pods.
    private(set) var writes = 0
    /// When the last of them was seen.
    private(set) var lastWrite = ContinuousClock.now
    /// Slices that were shown with several ready endpoints, or with none after they had one.
    private(set) var breaches = 0
    private var shown: [String: Shown] = [:]

    /// Follows them for as long as `body` takes.
    static func run<Result: Sendable>(
        on sandbox: SandboxProcess,
        _ body: @Sendable @escaping (SliceTimeline) async throws -> Result
    ) async throws -> Result {
        let timeline = SliceTimeline()
        let version = try await sandbox.version()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for path in [slices, leases, SampleGroups.pods] {
                let stream = try await sandbox.watch(
                    "\(path)?watch=1&resourceVersion=\(version)",
                    silence: .seconds(600)
                )
                group.addTask { try await timeline.follow(stream, isOfSlices: path == slices) }
            }
            defer { group.cancelAll() }
            return try await body(timeline)
        }
    }

    private func follow(_ stream: HTTPStream, isOfSlices: Bool) async throws {
        try await stream.eachEvent { event, now in
            writes += 1
            lastWrite = now
            if isOfSlices { note(event["object"], at: now) }
        }
    }

    private func note(_ slice: JSONValue, at now: ContinuousClock.Instant) {
        let service = slice["metadata"]["labels"]["kubernetes.io/service-name"].string ?? ""
        let ready = (slice["endpoints"].array ?? []).filter { $0["conditions"]["ready"] != false }
        if ready.count > 1 || ready.isEmpty && shown[service] != nil { breaches += 1 }
        guard let pod = ready.first?["targetRef"]["name"].string, shown[service]?.pod != pod else { return }
        shown[service] = Shown(pod: pod, time: now)
    }

    // MARK: Looking

    /// How long after `start` each group was shown with another pod than `before` says, in order; those that were not are missing.
    func times(since start: ContinuousClock.Instant, insteadOf before: [String: String]) -> [Duration] {
        shown.filter { before[$0.key] != $0.value.pod }.map { $0.value.time - start }.sorted()
    }

    /// Who is shown, by Service.
    var pods: [String: String] { shown.mapValues(\.pod) }
}
