import Foundation

/// Which pods of a ReplicaSet go first when there are too many.
///
/// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-down-a-replicaset
struct PodDeletionOrder: Sendable {
    /// How many pods of the same workload there are on each node.
    private let neighbours: [String: Int]
    private let now: Date

    /// The annotation with an int32: pods with a lower value go first; 0 if it is missing or no number.
    static let cost = "controller.kubernetes.io/pod-deletion-cost"

    /// `related`: the active pods of all ReplicaSets of the same owner.
    init(related: [JSONValue], now: Date = Date()) {
        neighbours = Dictionary(related.map { ($0["spec"]["nodeName"].string ?? "", 1) }, uniquingKeysWith: +)
        self.now = now
    }

    /// The pods, those that go first at the beginning.
    func sorted(_ pods: [JSONValue]) -> [JSONValue] {
        pods.map { Candidate($0, neighbours, now) }.sorted(by: Candidate.precedes).map(\.pod)
    }

    /// What is compared of a pod.
    private struct Candidate {
        var pod: JSONValue
        /// Whether it has a node, how far it has come, whether it is ready, what its deletion costs, and how many are
        /// beside it, negative: the least goes first.
        var rank: [Int]
        var restarts: Int
        var ready: Age?
        var created: Age?
        var uid: String

        init(_ pod: JSONValue, _ neighbours: [String: Int], _ now: Date) {
            self.pod = pod
            let node = pod["spec"]["nodeName"].string ?? ""
            let isReady = PodStatus.isReady(pod)
            let phase = ["Pending": 0, "Unknown": 1, "Running": 2][pod["status"]["phase"].string ?? "Pending"] ?? 0
            let cost = pod["metadata"]["annotations"][PodDeletionOrder.cost].string.flatMap { Int32($0) } ?? 0
            rank = [node.isEmpty ? 0 : 1, phase, isReady ? 1 : 0, Int(cost), -(neighbours[node] ?? 0)]
            let statuses = pod["status"]["containerStatuses"].array ?? []
            restarts = statuses.compactMap { $0["restartCount"].int }.max() ?? 0
            ready = isReady ? PodStatus.readySince(pod).map { Age($0, now) } : nil
            created = Timestamp.date(pod["metadata"]["creationTimestamp"]).map { Age($0, now) }
            uid = pod["metadata"]["uid"].string ?? ""
        }

        static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
            if a.rank != b.rank { return a.rank.lexicographicallyPrecedes(b.rank) }
            if let (x, y) = differing(a.ready, b.ready) { return precedes(a, x, b, y) }
            if a.restarts != b.restarts { return a.restarts > b.restarts }
            if let (x, y) = differing(a.created, b.created) { return precedes(a, x, b, y) }
            return false
        }

        private static func differing(_ a: Age?, _ b: Age?) -> (Age, Age)? {
            guard let a, let b, a.since != b.since else { return nil }
            return (a, b)
        }

        /// The younger goes first; those of about the same age in the order of their uids, so that it is not always the
        /// youngest.
        private static func precedes(_ a: Candidate, _ x: Age, _ b: Candidate, _ y: Age) -> Bool {
            x.magnitude == y.magnitude ? a.uid < b.uid : x.magnitude < y.magnitude
        }
    }

    /// How old something is, by powers of two.
    private struct Age {
        var since: Date
        var magnitude: Int

        init(_ since: Date, _ now: Date) {
            self.since = since
            let nanoseconds = now.timeIntervalSince(since) * 1e9
            magnitude = nanoseconds > 0 ? Int(log2(nanoseconds)) : -1
        }
    }
}
