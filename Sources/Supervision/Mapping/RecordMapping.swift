import FailoverCore
import Foundation
import KubernetesClient

/// A group's record as a Lease: `holderIdentity` the active pod, `leaseTransitions` the epoch.
enum RecordMapping {
    private static let uidAnnotation = "kube-standby.io/holder-uid"
    private static let originAnnotation = "kube-standby.io/origin"
    private static let writerAnnotation = "kube-standby.io/writer"
    private static let reasonAnnotation = "kube-standby.io/reason"

    /// The Lease of a group.
    static func name(of group: String) -> String { "kube-standby-\(group)" }

    /// The record that a Lease holds; a Lease of another origin counts as an adopted record.
    static func stored(_ lease: Lease) -> StoredRecord {
        let annotations = lease.metadata.annotations ?? [:]
        let name = lease.spec?.holderIdentity.flatMap { $0.isEmpty ? nil : $0 }
        let record = GroupRecord(
            holder: name.map { .init(name: $0, id: annotations[uidAnnotation].map { Member.ID($0) }) },
            epoch: Epoch(lease.spec?.leaseTransitions ?? 0),
            origin: annotations[originAnnotation].flatMap(GroupRecord.Origin.init) ?? .adopted,
            writer: annotations[writerAnnotation] ?? "",
            reason: annotations[reasonAnnotation] ?? ""
        )
        return StoredRecord(
            record: record,
            version: .init(
                uid: lease.metadata.uid ?? "",
                version: ObjectVersion(lease.metadata.resourceVersion ?? "")
            )
        )
    }

    /// The Lease that says `record`: `base` with our own fields replaced, so that nobody else's are lost.
    static func lease(_ record: GroupRecord, group: String, namespace: String, base: Lease?, now: Date) -> Lease {
        var lease = base ?? Lease(metadata: ObjectMeta(name: name(of: group), namespace: namespace), spec: Lease.Spec())
        let previousHolder = lease.spec?.holderIdentity
        var spec = lease.spec ?? Lease.Spec()
        spec.holderIdentity = record.holder?.name
        spec.leaseTransitions = record.epoch.number
        spec.renewTime = MicroTime(now)
        if spec.acquireTime == nil || previousHolder != record.holder?.name { spec.acquireTime = MicroTime(now) }
        lease.spec = spec
        lease.metadata.labels = (lease.metadata.labels ?? [:]).merging(["app.kubernetes.io/managed-by": "kube-standby"])
        { $1 }
        var annotations = lease.metadata.annotations ?? [:]
        annotations[uidAnnotation] = record.holder?.id?.uid
        annotations[originAnnotation] = record.origin.rawValue
        annotations[writerAnnotation] = record.writer
        annotations[reasonAnnotation] = record.reason
        lease.metadata.annotations = annotations
        return lease
    }
}
