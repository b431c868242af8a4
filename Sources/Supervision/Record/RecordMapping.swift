import FailoverCore
import Foundation
import KubernetesClient

/// A group's record as a Lease: `holderIdentity` the active pod, `leaseTransitions` the epoch, the rest as annotations.
enum RecordMapping {
    /// The annotations of ours on a group's Lease.
    enum Annotation {
        /// The uid of the active pod.
        static let holder = "kube-standby.io/holder-uid"
        /// Whether the move was announced, or the pod found active.
        static let origin = "kube-standby.io/origin"
        /// The supervisor that wrote the record.
        static let writer = "kube-standby.io/writer"
        /// The `RecordAttempt` that announced the move.
        static let attempt = "kube-standby.io/attempt"
        /// Why the role moved.
        static let reason = "kube-standby.io/reason"
        /// Names of fenced pods, separated by commas.
        static let fenced = "kube-standby.io/fenced"
        /// `true`, or a `StoredPause` as JSON.
        static let pause = "kube-standby.io/paused"
        /// A `StoredRequest` as JSON.
        static let request = "kube-standby.io/request"
        /// A `StoredRequest` for later as JSON: what is asked meanwhile goes before it.
        static let scheduled = "kube-standby.io/scheduled"
        /// The last `StoredAnswer`s as JSON.
        static let answers = "kube-standby.io/answers"
        /// The last `StoredMove`s as JSON.
        static let history = "kube-standby.io/history"
        /// `StoredAnnouncements` as JSON.
        static let announced = "kube-standby.io/announced"
        /// The `StoredOutgoing` of pods that may still act as active, as JSON.
        static let outgoing = "kube-standby.io/outgoing"
        /// The `StoredHook`s that are owed, as JSON.
        static let hooks = "kube-standby.io/hooks"
        /// `EndpointSlice`, where labels do not say who is active.
        static let mode = "kube-standby.io/mode"
        /// The epoch up to which the flap limit forgets moves.
        static let forgiven = "kube-standby.io/forgiven-epoch"
    }

    /// What distinguishes a group's Lease from all others.
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
            epoch: lease.spec?.leaseTransitions.flatMap(Epoch.init(read:)) ?? Epoch(0),
            origin: annotations[Annotation.origin].flatMap(GroupRecord.Origin.init) ?? .adopted,
            writer: annotations[Annotation.writer] ?? "",
            reason: annotations[Annotation.reason] ?? ""
        )
        record.attempt = annotations[Annotation.attempt].flatMap(RecordAttempt.init(annotation:))
        record.fenced = fenced(annotations[Annotation.fenced] ?? "")
        record.pause = annotations[Annotation.pause].flatMap { StoredPause(annotation: $0)?.pause(now: now) }
        record.request = request(in: annotations).map { StoredRequest.request(annotation: $0.text, now: now) }
        record.answers = StoredJSON.list(of: StoredAnswer.self, annotations[Annotation.answers]).compactMap(\.answer)
            .suffix(RequestAnswer.limit)
        let reading = lease.spec?.renewTime.map { max($0, MicroTime(now)) } ?? MicroTime(now)
        record.history = history(moves(annotations[Annotation.history]), asOf: reading)
        record.announced = StoredAnnouncements.announcements(
            annotations[Annotation.announced],
            at: record.epoch
        )
        record.outgoing = StoredOutgoing.outgoing(annotations[Annotation.outgoing], now: now)
        record.hooks = StoredHook.hooks(annotations[Annotation.hooks])
        record.forgivenEpoch = annotations[Annotation.forgiven].flatMap(Epoch.init(annotation:))
        return StoredRecord(
            record: record,
            version: .init(
                uid: lease.metadata.uid ?? "",
                version: ObjectVersion(lease.metadata.resourceVersion ?? "")
            )
        )
    }

    /// The request that is to be answered next, and where it stands; nil: none is.
    ///
    /// What waits for its time comes after what does not, and after another that is due earlier.
    private static func request(in annotations: [String: String]) -> (key: String, text: String)? {
        let given = [Annotation.request, Annotation.scheduled].compactMap { key in
            annotations[key].map { (key: key, text: $0) }
        }
        if given.count < 2 { return given.first }
        func wait(_ text: String) -> Int64 { StoredRequest(scheduled: text)?.due?.microseconds ?? .min }
        return given.min { wait($0.text) < wait($1.text) }
    }

    /// The switchovers on a Lease that wait for their time, whatever is asked beside them, the next one first; those that are refused are
    /// left out.
    ///
    /// Whoever writes by hand may have put one where others wait for nothing.
    static func scheduled(_ lease: Lease) -> [StoredRequest] {
        [Annotation.request, Annotation.scheduled]
            .compactMap { lease.metadata.annotations?[$0].flatMap(StoredRequest.init(scheduled:)) }
            .sorted { ($0.due?.microseconds ?? .min) < ($1.due?.microseconds ?? .min) }
    }

    /// Moves that are read at most, the newest: a machine remembers no more.
    private static let longestHistory = 200
    /// Fenced pods that are read at most.
    private static let mostFenced = 200

    /// The moves that an annotation lists, oldest first.
    static func moves(_ annotation: String?) -> [StoredMove] {
        StoredJSON.list(of: StoredMove.self, annotation).suffix(longestHistory)
    }

    /// A clock that is behind the one by which moves were stored does not make old ones those of this moment: each is as old as it is
    /// before the latest time of all that came after it.
    private static func history(_ moves: [StoredMove], asOf now: MicroTime) -> [MoveEntry] {
        var latest = now
        let entries = moves.reversed().map { move in
            latest = max(latest, move.time)
            return move.entry(now: latest)
        }
        return entries.reversed()
    }

    /// The names in a list; what can be no pod's is left out.
    private static func fenced(_ text: String) -> Set<String> {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        return Set(names.filter(ObjectName.isValid).prefix(mostFenced))
    }

    /// What a Lease says that is left out of account, or is not what was expected there.
    static func oddities(_ lease: Lease) -> [String] {
        let name = (lease.metadata.name ?? "").prefix(253)
        let annotations = lease.metadata.annotations ?? [:]
        var found: [String] = []
        if let number = lease.spec?.leaseTransitions {
            if Epoch(read: number) == nil {
                found.append("Lease \(name): leaseTransitions is \(number); an epoch is \(Epoch.bounds)")
            } else if number == Epoch.bounds.upperBound {
                found.append(
                    "Lease \(name): leaseTransitions is \(number), the last epoch, so that nothing can be moved any more; delete "
                        + "the Lease and its pods' annotations of the epoch, and start kube-standby anew"
                )
            }
        }
        if let text = annotations[Annotation.forgiven], Epoch(annotation: text) == nil {
            found.append("Lease \(name): annotation \(Annotation.forgiven) is no epoch")
        }
        for key in [Annotation.history, Annotation.answers] where !StoredJSON.isList(annotations[key]) {
            found.append("Lease \(name): annotation \(key) is no list of what kube-standby writes there")
        }
        if let text = annotations[Annotation.pause], !StoredPause.isExpected(text) {
            found.append(
                "Lease \(name): annotation \(Annotation.pause) is \"\(text.prefix(60))\"; expected is true or false; the group is paused"
            )
        }
        let names = (annotations[Annotation.fenced] ?? "").split(separator: ",")
        if fenced(annotations[Annotation.fenced] ?? "").count < Set(names).count {
            found.append(
                "Lease \(name): annotation \(Annotation.fenced) has more than pods' names, at most \(mostFenced)"
            )
        }
        return found
    }

    // MARK: Writing

    /// The Lease that says `record`: `base` with our own fields replaced, so that nobody else's are lost.
    ///
    /// `endpoints`: how long they took to follow the moves.
    static func lease(
        _ record: GroupRecord,
        group: String,
        namespace: String,
        base: Lease?,
        _ endpoints: EndpointTimes = EndpointTimes(),
        now: Date
    ) -> Lease {
        var lease = base ?? Lease(metadata: ObjectMeta(name: name(of: group), namespace: namespace), spec: Lease.Spec())
        let previousHolder = lease.spec?.holderIdentity
        var spec = lease.spec ?? Lease.Spec()
        spec.holderIdentity = record.holder?.name
        spec.leaseTransitions = record.epoch.number
        spec.renewTime = MicroTime(now)
        if spec.acquireTime == nil || previousHolder != record.holder?.name { spec.acquireTime = MicroTime(now) }
        lease.spec = spec
        lease.metadata.labels = (lease.metadata.labels ?? [:]).merging([label.key: label.value]) { $1 }
        lease.metadata.annotations = annotations(
            record,
            base: lease.metadata.annotations ?? [:],
            endpoints,
            now: now
        )
        // A newer version may know more than two; whoever answers a request writes the record of somebody else anew.
        if let base, let origin = base.metadata.annotations?[Annotation.origin],
            GroupRecord.Origin(rawValue: origin) == nil, isSame(record, as: base)
        {
            lease.metadata.annotations?[Annotation.origin] = origin
        }
        return lease
    }

    /// Whether the Lease says already who is to be active at the record's epoch.
    private static func isSame(_ record: GroupRecord, as base: Lease) -> Bool {
        let before = stored(base).record
        return before.epoch == record.epoch && before.holder == record.holder && before.origin == record.origin
    }

    private static func annotations(
        _ record: GroupRecord,
        base: [String: String],
        _ endpoints: EndpointTimes,
        now: Date
    ) -> [String: String] {
        var annotations = base
        annotations[Annotation.holder] = record.holder?.id?.uid
        annotations[Annotation.origin] = record.origin.rawValue
        annotations[Annotation.writer] = record.writer
        annotations[Annotation.reason] = record.reason
        annotations[Annotation.attempt] = record.attempt.map { "\($0)" }
        annotations[Annotation.fenced] = record.fenced.isEmpty ? nil : record.fenced.sorted().joined(separator: ",")
        annotations[Annotation.pause] = record.pause.map {
            StoredPause.annotation($0, unlessStored: base[Annotation.pause], now: now)
        }
        // A request is only ever given by others; here it stays, or goes with its answer.
        let asked = request(in: base)
        if record.request == nil, let asked { annotations[asked.key] = nil }
        let answers = StoredJSON.list(of: StoredAnswer.self, base[Annotation.answers])
        annotations[Annotation.answers] = StoredJSON.text(
            StoredAnswer.merge(record.answers.map { StoredAnswer($0, now: now) }, into: answers)
        )
        let moves = moves(base[Annotation.history])
        let request = asked.flatMap { StoredRequest(annotation: $0.text) }
        annotations[Annotation.history] = StoredJSON.text(
            record.history.map { endpoints.filling(StoredMove($0, now: now).keeping(moves).asked(by: request)) }
        )
        annotations[Annotation.announced] = StoredAnnouncements(record.announced, at: record.epoch)
            .text(keeping: base[Annotation.announced])
        annotations[Annotation.outgoing] = StoredOutgoing.text(
            record.outgoing,
            keeping: base[Annotation.outgoing],
            now: now
        )
        annotations[Annotation.hooks] = StoredHook.text(
            record.hooks,
            keeping: base[Annotation.hooks],
            now: now
        )
        annotations[Annotation.forgiven] = record.forgivenEpoch.map { "\($0)" }
        // What the API server would refuse must not hold up a switch: the history is dropped before the record is.
        for key in [Annotation.history, Annotation.answers, Annotation.announced]
        where size(of: annotations) > mostAnnotationBytes {
            annotations[key] = nil
        }
        return annotations
    }

    /// Bytes that the annotations of an object may have together.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
    private static let mostAnnotationBytes = 256 * 1024

    private static func size(of annotations: [String: String]) -> Int {
        annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
