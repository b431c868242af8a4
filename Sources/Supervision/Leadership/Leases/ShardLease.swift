import FailoverCore
import Foundation
import KubernetesClient
import Leadership
import StandbyConfiguration

/// The names of the Leases by which supervisors share groups out.
package enum ShardLeaseNames {
    /// Whether a prefix can be that of names, and the value of a label: a DNS label.
    package static func isValid(_ prefix: String) -> Bool {
        prefix.wholeMatch(of: /[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?/) != nil
    }

    /// The Lease of one shard; no group's record can have such a name, because a group's name has no dots.
    package static func shard(_ shard: Int, of count: Int, prefix: String) -> String {
        "\(prefix).shard-\(shard)-of-\(count)"
    }

    /// The Lease by which a replica says that it lives.
    package static func replica(_ identity: String, prefix: String) -> String {
        let name = replicaStart(prefix: prefix)
        let text = identity.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        // The hash tells apart what the name, which may not be longer than 253 characters, leaves out.
        let isWhole = String(text) == identity && identity.utf8.count <= 150 && identity.last != "-"
        return name + (isWhole ? identity : "\(String(text.prefix(120)))-\(StableHash(identity).text)")
    }

    /// With what the names of replicas' Leases begin.
    static func replicaStart(prefix: String) -> String { "\(prefix).replica-" }

    /// Which shard a name means; nil if it is none of a shard's Lease.
    static func shard(named name: String, prefix: String) -> (shard: Int, count: Int)? {
        let start = "\(prefix).shard-"
        guard name.hasPrefix(start) else { return nil }
        let parts = name.dropFirst(start.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "of", let shard = Int(parts[0]), let count = Int(parts[2]),
            (1...ShardMap.largestCount).contains(count), (0..<count).contains(shard),
            name == Self.shard(shard, of: count, prefix: prefix)
        else { return nil }
        return (shard, count)
    }
}

/// What distinguishes the configuration that a replica runs.
struct ConfigurationMark: Sendable, Hashable {
    /// Of all that the file says, with defaults filled in and groups by name: the same for files that say the same.
    let hash: String
    /// Of the names of each shard's groups.
    let digests: [String]

    /// `namespace`: that of groups that name none.
    init(_ configuration: SupervisorConfiguration, namespace: String, map: ShardMap) {
        var sorted = configuration
        sorted.groups.sort { $0.name < $1.name }
        hash = StableHash(namespace + "\n" + JSONText.write(sorted.effective)).text
        let homes = GroupHomes(configuration.groups)
        digests = map.digests(
            of: configuration.groups.map { group in
                let home = homes.home(of: group)
                let shard = map.shard(namespace: home.namespace ?? namespace, name: home.name)
                return (shard, group.namespace ?? namespace, group.name)
            }
        )
    }
}

/// How shards and replicas stand on their Leases.
enum ShardLease {
    /// Which of the two kinds a Lease is of, and whose family.
    enum Label {
        /// `shard` or `replica`.
        static let kind = "kube-standby.io/lease"
        /// The prefix of the names; supervisors with another have nothing to do with these.
        static let family = "kube-standby.io/lease-name"
    }

    /// What is noted besides.
    enum Annotation {
        /// The hash of the holder's configuration.
        static let configuration = "kube-standby.io/configuration"
        /// On a shard's: the digest of its groups' names.
        static let groups = "kube-standby.io/groups"
        /// On a replica's: the digests of all shards, separated by commas.
        static let shards = "kube-standby.io/shards"
    }

    /// Values of `Label.kind`.
    enum Kind: String, Sendable {
        /// Of one shard.
        case shard
        /// A replica's own.
        case replica
    }

    /// What finds these Leases and no group's record.
    static func selector(prefix: String) -> String {
        "\(Label.kind) in (\(Kind.replica.rawValue),\(Kind.shard.rawValue)),\(Label.family)=\(prefix)"
    }

    /// A holder is an identity; what is longer than any can be is cut.
    private static let longestHolder = 1000

    /// The Lease as an election sees it.
    static func view(of lease: Lease) -> LeaseView {
        LeaseView(
            version: ObjectVersion(lease.metadata.resourceVersion ?? ""),
            holder: lease.spec?.holderIdentity.map { String($0.prefix(longestHolder)) },
            duration: lease.spec?.leaseDurationSeconds.map { .seconds($0) },
            transitions: lease.spec?.leaseTransitions ?? 0,
            renewal: lease.spec?.renewTime?.microseconds ?? 0
        )
    }

    /// The Lease that a write makes of `base`: everything else on it stays.
    ///
    /// `annotations`: replace those of the same keys; none on a release.
    static func lease(
        _ write: LeaseWrite,
        name: String,
        namespace: String,
        base: Lease?,
        labels: [String: String],
        annotations: [String: String],
        now: Date
    ) -> Lease {
        var lease = base ?? Lease(metadata: ObjectMeta(name: name, namespace: namespace), spec: nil)
        var spec = lease.spec ?? Lease.Spec()
        var time = MicroTime(now)
        // A clock that stands still must not make a renewal look like the one before.
        if let before = spec.renewTime, before == time { time = MicroTime(microseconds: before.microseconds + 1) }
        if !write.keepsAcquireTime || spec.acquireTime == nil { spec.acquireTime = time }
        spec.renewTime = time
        spec.holderIdentity = write.holder ?? ""
        spec.leaseDurationSeconds = Int(write.duration.components.seconds)
        spec.leaseTransitions = write.transitions
        lease.spec = spec
        lease.metadata.labels = (lease.metadata.labels ?? [:]).merging(labels) { $1 }
        if write.holder != nil {
            lease.metadata.annotations = (lease.metadata.annotations ?? [:]).merging(annotations) { $1 }
        }
        return lease
    }
}
