import Foundation
import Sandbox
import Transport

/// Who held the Lease of each shard and when, and which roles moved, by a watch.
actor LeaseTimeline {
    /// The Leases of the default namespace.
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"

    /// A shard has another holder than before.
    struct Change: Sendable {
        /// Nil: nobody.
        var holder: String?
        /// When the watch told of it.
        var time: ContinuousClock.Instant
    }

    private var shards: [String: [Change]] = [:]
    private var epochs: [String: Int] = [:]
    private var moved: Set<String> = []
    private var isMarked = false

    /// Follows the Leases for as long as `body` takes.
    static func run<Result: Sendable>(
        on sandbox: SandboxProcess,
        _ body: @Sendable @escaping (LeaseTimeline) async throws -> Result
    ) async throws -> Result {
        let timeline = LeaseTimeline()
        let version = try await sandbox.version()
        let stream = try await sandbox.watch("\(leases)?watch=1&resourceVersion=\(version)")
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await timeline.follow(stream) }
            defer { group.cancelAll() }
            return try await body(timeline)
        }
    }

    private func follow(_ stream: HTTPStream) async throws {
        try await stream.eachEvent { note($0, at: $1) }
    }

    private func note(_ event: JSONValue, at now: ContinuousClock.Instant) {
        let lease = event["object"]
        let name = lease["metadata"]["name"].string ?? ""
        if name.contains(".shard-") {
            let identity = lease["spec"]["holderIdentity"].string ?? ""
            let holder = identity.split(separator: "_").first.map { String($0) }
            if shards[name, default: []].last?.holder != holder || shards[name] == nil {
                shards[name, default: []].append(Change(holder: holder, time: now))
            }
        } else if let epoch = lease["spec"]["leaseTransitions"].int, !name.contains(".replica-") {
            if isMarked, let before = epochs[name], before != epoch { moved.insert(name) }
            epochs[name] = epoch
        }
    }

    // MARK: Looking

    /// Groups with a record.
    var records: Int { epochs.count }

    /// From now on moves are counted.
    func mark() {
        isMarked = true
        moved = []
    }

    /// Groups whose epoch is another than it was at the mark.
    var movedGroups: Int { moved.count }

    /// Who holds each shard that somebody holds.
    var holders: [String: String] { shards.compactMapValues { $0.last?.holder } }

    /// Since when the one shard is held by somebody other than `names`; nil: it is not.
    func takenSince(otherThan names: Set<String>) -> (holder: String, time: ContinuousClock.Instant)? {
        guard let last = shards.values.first?.last, let holder = last.holder, !names.contains(holder) else {
            return nil
        }
        return (holder, last.time)
    }

    /// The longest time that a shard was nobody's after `start`, and somebody's again.
    func longestVacancy(since start: ContinuousClock.Instant) -> Duration {
        shards.values.flatMap { changes in
            zip(changes, changes.dropFirst()).compactMap { now, next in
                now.holder == nil && next.time > start ? next.time - max(now.time, start) : nil
            }
        }.max() ?? .zero
    }
}
