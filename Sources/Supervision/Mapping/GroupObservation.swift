package import FailoverCore
package import Foundation
package import KubernetesClient
package import Probing
package import StandbyConfiguration

/// What a group makes of the objects that it is shown, without a cluster.
package struct GroupObservation: Sendable {
    private let mapping: PodMapping

    /// Reads pods as the group's configuration says.
    package init(_ group: GroupConfiguration) {
        mapping = PodMapping(group: group)
    }

    /// The members that pods are; what can be none is left out.
    package func members(_ pods: [Pod]) -> [Member] { pods.compactMap(mapping.member) }

    /// How pods are to be probed.
    package func targets(_ pods: [Pod], now: Date) -> [ProbeTarget] { pods.compactMap { mapping.target($0, now: now) } }

    /// What a slice of the group's Service says of its members, whatever the slice's own name is.
    package func published(_ slice: EndpointSlice, _ pods: [Pod], of service: Service) -> PublishedSlice? {
        let slices = SliceMapping(mapping, namespace: "default", service: service, pods: pods)
        var own = slice
        own.metadata.name = slices.name(slices.families[0])
        return slices.published(own)
    }

    /// The record that a Lease holds.
    package func record(_ lease: Lease, now: Date) -> StoredRecord { RecordMapping.stored(lease, now: now) }

    /// What standbys say on a Lease of what is asked there.
    package func opinions(_ lease: Lease) -> [OpinionAnswer] { StoredOpinions(lease).heard }

    /// The moves that `history` shows of a Lease.
    package func moves(_ lease: Lease) -> [StoredMove] {
        RecordMapping.moves(lease.metadata.annotations?[RecordMapping.Annotation.history])
    }

    /// The Lease that says a record, made from the one that is stored.
    package func lease(_ record: GroupRecord, base: Lease?, now: Date) -> Lease {
        RecordMapping.lease(record, group: mapping.group.name, namespace: "default", base: base, now: now)
    }

    /// What is left out of account, in words.
    package func oddities(_ pods: [Pod], _ lease: Lease?) -> [String] {
        pods.flatMap(mapping.oddities) + (lease.map(RecordMapping.oddities) ?? [])
    }

    /// Whether the group can use a Service.
    package func accepts(_ service: Service) -> Bool {
        if case .usable = ServiceCheck(service, of: mapping.group, namespace: "default") { true } else { false }
    }
}
