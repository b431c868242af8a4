import Sandbox
import Transport

/// Which pod of each group became active and when, and how many writes of pods and Leases there were, by watches.
actor RoleTimeline {
    /// A pod became the active one of its group.
    struct Activation: Sendable {
        /// Its number within the group.
        var member: Int
        /// When the watch told of it.
        var time: ContinuousClock.Instant
    }

    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"

    /// Changes of pods and Leases.
    private(set) var writes = 0
    /// When the last of them was seen.
    private(set) var lastWrite = ContinuousClock.now
    /// Who is active in each group, by its number.
    private(set) var actives: [Int: Activation] = [:]

    /// Follows pods and Leases for as long as `body` takes.
    static func run<Result: Sendable>(
        on sandbox: SandboxProcess,
        _ body: @Sendable @escaping (RoleTimeline) async throws -> Result
    ) async throws -> Result {
        let timeline = RoleTimeline()
        let version = try await sandbox.version()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for path in [SampleGroups.pods, leases] {
                let stream = try await sandbox.watch(
                    "\(path)?watch=1&resourceVersion=\(version)",
                    silence: .seconds(600)
                )
                group.addTask { try await timeline.follow(stream) }
            }
            defer { group.cancelAll() }
            return try await body(timeline)
        }
    }

    private func follow(_ stream: HTTPStream) async throws {
        try await stream.eachEvent { note($0, at: $1) }
    }

    private func note(_ event: JSONValue, at now: ContinuousClock.Instant) {
        writes += 1
        lastWrite = now
        let labels = event["object"]["metadata"]["labels"]
        let name = event["object"]["metadata"]["name"].string ?? ""
        let parts = name.dropFirst().split(separator: "-").compactMap { Int($0) }
        guard name.hasPrefix("g"), parts.count == 2 else { return }
        let isActive = labels["role"].string == "active" && event["type"].string != "DELETED"
        if isActive, actives[parts[0]]?.member != parts[1] {
            actives[parts[0]] = Activation(member: parts[1], time: now)
        } else if !isActive, actives[parts[0]]?.member == parts[1] {
            actives[parts[0]] = nil
        }
    }

    // MARK: Looking

    /// How long after `start` each of these groups had another active pod than `before` says, in order; those that have none are
    /// missing.
    func times(of groups: Range<Int>, since start: ContinuousClock.Instant, insteadOf before: [Int: Int]) -> [Duration]
    {
        groups.compactMap { group in
            guard let active = actives[group], active.member != before[group] else { return nil }
            return active.time - start
        }.sorted()
    }

    /// Who is active, by group.
    var members: [Int: Int] { actives.mapValues(\.member) }
}
