import FailoverCore
import Foundation
import KubernetesClient

/// A group's record as a Lease: `holderIdentity` the active pod, `leaseTransitions` the epoch, the rest as annotations.
enum RecordMapping {
    /// The annotations of ours on a group's Lease.
    enum Annotation {
        static let holder = "kube-standby.io/holder-uid"
        static let origin = "kube-standby.io/origin"
        static let writer = "kube-standby.io/writer"
        static let reason = "kube-standby.io/reason"
        static let fenced = "kube-standby.io/fenced"
        static let pause = "kube-standby.io/paused"
        static let order = "kube-standby.io/order"
        static let answers = "kube-standby.io/answers"
        static let history = "kube-standby.io/history"
        static let forgiven = "kube-standby.io/forgiven-epoch"
    }

    /// By which a group's Lease is told from all others.
    static let label = (key: "app.kubernetes.io/managed-by", value: "kube-standby")

    /// The Lease of a group.
    static func name(of group: String) -> String { "kube-standby-\(group)" }

    // MARK: Reading

    /// The record that a Lease holds; a Lease of another origin counts as an adopted record.
    static func stored(_ lease: Lease, now: Date = Date()) -> StoredRecord {
        let annotations = lease.metadata.annotations ?? [:]
        let name = lease.spec?.holderIdentity.flatMap { $0.isEmpty ? nil : $0 }
        var record = GroupRecord(
            holder: name.map { .init(name: $0, id: annotations[Annotation.holder].map { Member.ID($0) }) },
            epoch: Epoch(lease.spec?.leaseTransitions ?? 0),
            origin: annotations[Annotation.origin].flatMap(GroupRecord.Origin.init) ?? .adopted,
            writer: annotations[Annotation.writer] ?? "",
            reason: annotations[Annotation.reason] ?? ""
        )
        let names = (annotations[Annotation.fenced] ?? "").split(separator: ",")
        record.fenced = Set(names.map { $0.trimmingCharacters(in: .whitespaces) })
        record.pause = annotations[Annotation.pause].map { StoredPause(annotation: $0).pause(now: now) }
        record.order = annotations[Annotation.order].map { StoredOrder.order(annotation: $0, now: now) }
        record.answers = StoredJSON.list(of: StoredAnswer.self, annotations[Annotation.answers]).compactMap(\.answer)
        record.history = StoredJSON.list(of: StoredMove.self, annotations[Annotation.history]).compactMap {
            $0.entry(now: now)
        }
        record.forgivenEpoch = annotations[Annotation.forgiven].flatMap { Int($0) }.map { Epoch($0) }
        return StoredRecord(
            record: record,
            version: .init(
                uid: lease.metadata.uid ?? "",
                version: ObjectVersion(lease.metadata.resourceVersion ?? "")
            )
        )
    }

    // MARK: Writing

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
        lease.metadata.labels = (lease.metadata.labels ?? [:]).merging([label.key: label.value]) { $1 }
        lease.metadata.annotations = annotations(record, base: lease.metadata.annotations ?? [:], now: now)
        return lease
    }

    private static func annotations(_ record: GroupRecord, base: [String: String], now: Date) -> [String: String] {
        var annotations = base
        annotations[Annotation.holder] = record.holder?.id?.uid
        annotations[Annotation.origin] = record.origin.rawValue
        annotations[Annotation.writer] = record.writer
        annotations[Annotation.reason] = record.reason
        annotations[Annotation.fenced] = record.fenced.isEmpty ? nil : record.fenced.sorted().joined(separator: ",")
        annotations[Annotation.pause] = record.pause.map {
            StoredPause.annotation($0, unlessStored: base[Annotation.pause], now: now)
        }
        // An order is only ever given by others; here it stays, or goes with its answer.
        if record.order == nil { annotations[Annotation.order] = nil }
        annotations[Annotation.answers] = StoredJSON.text(record.answers.map { StoredAnswer($0, now: now) })
        annotations[Annotation.history] = StoredJSON.text(record.history.map { StoredMove($0, now: now) })
        annotations[Annotation.forgiven] = record.forgivenEpoch.map { "\($0)" }
        return annotations
    }
}
