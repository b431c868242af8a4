import FailoverCore
package import KubernetesClient
import Leadership
import StandbyConfiguration

/// A group as its Lease tells of it: what there is to know without a supervisor.
package struct RecordedGroup: Sendable, Hashable {
    /// The group's.
    package var name: String
    /// The Lease's and the pods'.
    package var namespace: String
    /// The pod on record; nil: nobody is to be active.
    package var holder: String?
    /// Since when; nil: not told.
    package var since: MicroTime?
    /// Nil: not told.
    package var epoch: Int?
    /// Why that pod is, in words; empty: not told.
    package var reason: String
    /// The identity of the supervisor that wrote it; empty: not told.
    package var writer: String
    /// Whether its EndpointSlices say who is active, and not the pods' labels.
    package var ownsEndpoints: Bool
    /// Whether an operator paused the group.
    package var isPaused: Bool
    /// Since when; nil: it is not, or not told.
    package var pausedSince: MicroTime?
    /// The pods that are fenced, sorted.
    package var fenced: [String]
    /// What was asked for and is not answered yet; nil: nothing, or what cannot be read.
    package var request: StoredRequest?
    /// What was asked for a later time; nil: nothing, or what cannot be read.
    package var scheduled: StoredRequest?
    /// The last moves, oldest first.
    package var moves: [StoredMove]
    /// Since when there is a Lease; nil: not told.
    package var created: MicroTime?

    /// What selects the Leases of groups, and of a few others.
    package static var selector: String { "\(RecordMapping.label.key)=\(RecordMapping.label.value)" }

    /// The name of a group's Lease.
    package static func leaseName(of group: String) -> String { RecordMapping.name(of: group) }

    /// That there is no such group, and what was looked for.
    package static func absence(of group: String, in namespace: String) -> String {
        "there is no group \(group): namespace \(namespace) has no Lease \(leaseName(of: group))"
    }

    /// Nil if the Lease is no group's.
    package init?(_ lease: Lease) {
        let start = RecordMapping.name(of: "")
        guard let name = lease.metadata.name, name.hasPrefix(start), !name.contains(".") else { return nil }
        let annotations = lease.metadata.annotations ?? [:]
        let record = RecordMapping.stored(lease).record
        self.name = String(name.dropFirst(start.count))
        namespace = lease.metadata.namespace ?? ""
        holder = record.holder?.name
        since = lease.spec?.acquireTime
        epoch = lease.spec?.leaseTransitions
        reason = record.reason
        writer = record.writer
        ownsEndpoints = annotations[RecordMapping.Annotation.mode] == GroupConfiguration.Mode.endpointSlice.rawValue
        isPaused = record.pause != nil
        pausedSince = annotations[RecordMapping.Annotation.pause].flatMap { StoredPause(annotation: $0)?.since }
        fenced = record.fenced.sorted()
        request = annotations[RecordMapping.Annotation.request].flatMap(StoredRequest.init(annotation:))
        scheduled = annotations[RecordMapping.Annotation.scheduled].flatMap(StoredRequest.init(annotation:))
        moves = RecordMapping.moves(annotations[RecordMapping.Annotation.history])
        created = lease.metadata.creationTimestamp.flatMap { MicroTime($0) }
    }
}

/// The pods that may know a group better than its Lease: the holders of shards.
struct SupervisorPods: Sendable, Hashable {
    /// One pod of a supervisor.
    struct Place: Sendable, Hashable {
        /// The supervisor's own.
        var namespace: String
        /// The pod's name.
        var pod: String
        /// Whether the namespace is a guess: nobody said where supervisors run.
        var isGuess = false

        /// Why nothing is heard of it, and what would help; `isOne`: whether `pod` names one, and not several.
        func silence(_ error: KubernetesError, isOne: Bool = true) -> String {
            guard error.code == 404 else {
                return "\(error)" + (isGuess ? "; --supervisor-namespace says where supervisors run" : "")
            }
            if isOne {
                return
                    "the supervisor \(pod) is no pod of namespace \(namespace); one that runs by hand can only be asked at its "
                    + "own --listen address, and of one that is a pod elsewhere --supervisor-namespace says where"
            }
            return
                "the supervisors \(pod) are no pods of namespace \(namespace); those that run by hand can only be asked at "
                + "their own --listen addresses, and of those that are pods elsewhere --supervisor-namespace says where"
        }
    }

    /// One shard that somebody holds.
    private struct Holding: Sendable, Hashable {
        var place: Place
        var shard: Int
        var map: Int
    }

    /// A shard that nobody holds.
    struct Vacancy: Sendable, Hashable {
        /// The Lease's.
        var namespace: String
        /// Its name.
        var lease: String
    }

    private let holdings: [Holding]
    /// The Leases of shards that nobody holds, where others of the same number of shards are held; by name.
    let vacancies: [Vacancy]
    /// Where each identity holds a Lease, a shard's or its own.
    private let homes: [String: Set<String>]

    /// What finds the Leases of shards and of replicas.
    static var selector: String {
        "\(ShardLease.Label.kind) in (\(ShardLease.Kind.shard.rawValue),\(ShardLease.Kind.replica.rawValue))"
    }

    /// The holders of these Leases; those that are nobody's, and Leases of other kinds, are left out.
    init(_ leases: [Lease]) {
        homes = leases.reduce(into: [:]) { homes, lease in
            guard let identity = lease.spec?.holderIdentity, Self.pod(of: identity) != nil else { return }
            homes[identity, default: []].insert(lease.metadata.namespace ?? "")
        }
        let shards = leases.compactMap(Shard.init)
        holdings = shards.compactMap { shard in
            guard let pod = Self.pod(of: shard.holder) else { return nil }
            return Holding(
                place: Place(namespace: shard.family.namespace, pod: pod),
                shard: shard.number,
                map: shard.family.count
            )
        }
        let led = Set(shards.filter { !$0.holder.isEmpty }.map(\.family))
        vacancies = shards.filter { $0.holder.isEmpty && led.contains($0.family) }
            .map { Vacancy(namespace: $0.family.namespace, lease: $0.name) }
            .sorted { $0.lease < $1.lease }
    }

    /// The Lease of a shard.
    private struct Shard {
        /// What the Leases of one supervisor's shards have in common.
        struct Family: Hashable {
            var namespace: String
            var prefix: String
            var count: Int
        }

        var name: String
        var number: Int
        var family: Family
        var holder: String

        /// Nil: it is no shard's.
        init?(_ lease: Lease) {
            let prefix = lease.metadata.labels?[ShardLease.Label.family] ?? ""
            guard let name = lease.metadata.name,
                let (number, count) = ShardLeaseNames.shard(named: name, prefix: prefix)
            else { return nil }
            (self.name, self.number) = (name, number)
            family = Family(namespace: lease.metadata.namespace ?? "", prefix: prefix, count: count)
            holder = lease.spec?.holderIdentity ?? ""
        }
    }

    /// The pod of an identity: what stands before the part that tells its processes apart; nil: that is no pod's name.
    static func pod(of identity: String) -> String? {
        guard let end = identity.lastIndex(of: "_") else { return nil }
        let name = String(identity[..<end])
        return ObjectName.isValid(name) ? name : nil
    }

    /// The namespaces in which an identity holds a Lease; more than one if somebody claims to be another.
    func namespaces(of identity: String) -> Set<String> { homes[identity] ?? [] }

    /// The name of a shard's Lease among these; nil: none is one.
    static func shardLease(among leases: [Lease]) -> String? {
        leases.first { $0.metadata.labels?[ShardLease.Label.kind] == ShardLease.Kind.shard.rawValue }?.metadata.name
    }

    /// All of them, each once.
    var all: [Place] { Set(holdings.map(\.place)).sorted { ($0.namespace, $0.pod) < ($1.namespace, $1.pod) } }

    /// Those that wrote the Lease of one of these groups last.
    func writers(of records: [RecordedGroup]) -> [Place] {
        let pods = Set(records.compactMap { Self.pod(of: $0.writer) })
        return all.filter { pods.contains($0.pod) }
    }

    /// Those whose shard a group is in, of each supervisor that has shards.
    func leading(_ group: String, in namespace: String) -> [Place] {
        let own = holdings.filter {
            ShardMap(count: $0.map).shard(namespace: namespace, name: group) == $0.shard
        }
        return Set(own.map(\.place)).sorted { ($0.namespace, $0.pod) < ($1.namespace, $1.pod) }
    }
}
