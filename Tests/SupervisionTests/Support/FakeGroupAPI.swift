import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group's door to a `FakeCluster`. Whatever the protocol of a switch does not allow fails the test.
actor FakeGroupAPI: GroupAPI {
    let cluster: FakeCluster
    private let group: GroupConfiguration
    private let namespace: String
    private var mapping: PodMapping
    private var selector = LabelSelector()
    private var endpointTimes = EndpointTimes()
    /// Writes of the Lease that are on their way: there is never more than one.
    private var recordWrites = 0
    /// Pods whose role is being written.
    private var written: Set<String> = []

    init(_ group: GroupConfiguration, namespace: String, on cluster: FakeCluster) {
        self.cluster = cluster
        self.group = group
        self.namespace = namespace
        mapping = PodMapping(group: group)
    }

    private var leaseName: String { RecordMapping.name(of: group.name) }

    func enter(_ words: String) async -> FakeCluster.Fault? { await cluster.enter(group.name, words) }

    /// Whether a write is still wanted when its turn came; what is not is noted.
    private func isSent(_ isWanted: @Sendable () async -> Bool) async -> Bool {
        if await isWanted() { return true }
        cluster.log.add("\(group.name): not sent")
        return false
    }

    static let failure = OperationFailure("500")
    static let refusal = OperationFailure("403", isLasting: true)

    func use(_ mapping: PodMapping, importance: Int) { self.mapping = mapping }
    func select(_ selector: LabelSelector) { self.selector = selector }
    func saw(_ seen: Lease) {}
    func endpointFollowed(_ epoch: Epoch, after time: Duration) { endpointTimes.note(epoch, time) }

    // MARK: The record

    func readRecord() async -> RecordReadOutcome {
        switch await enter("read record") {
        case nil, .conflict: break
        case .failure, .lostAnswer, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        return cluster.objects.leases[leaseName].map { .found(RecordMapping.stored($0)) } ?? .absent
    }

    func turn(
        _ urgency: WriteUrgency,
        of target: WriteTarget,
        orCall called: @escaping WriteScheduler.Call
    ) -> WriteScheduler.Turn? {
        cluster.turn(of: group.name, orCall: called)
    }

    func writeRecord(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        asking question: String?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool = { true }
    ) async -> RecordWriteOutcome {
        guard await isSent(isWanted) else { return .notSent }
        if recordWrites > 0 { Issue.record("two writes of one record") }
        recordWrites += 1
        defer { recordWrites -= 1 }
        let fault = await enter("write record \(record.holder?.name ?? "nobody")@\(record.epoch) \(record.origin)")
        switch fault {
        case nil, .lostAnswer: break
        case .conflict: return .conflict
        case .failure, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        let stored = store(record, replacing: version, asking: question)
        if case .lostAnswer = fault { return .failed(Self.failure) }
        return stored.map { .written(RecordMapping.stored($0)) } ?? .conflict
    }

    private func store(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        asking question: String?
    ) -> Lease? {
        cluster.change { [leaseName, endpointTimes] objects in
            let base = objects.leases[leaseName]
            guard base?.metadata.resourceVersion == version?.version.rawValue else { return nil }
            if let base, let number = base.spec?.leaseTransitions, number > record.epoch.number {
                Issue.record("the epoch goes back from \(number) to \(record.epoch)")
            }
            var lease = RecordMapping.lease(
                record,
                group: group.name,
                namespace: namespace,
                base: base,
                endpointTimes,
                now: Date()
            )
            lease = StoredOpinions.settled(lease, but: question)
            lease.metadata.uid = base?.metadata.uid ?? "uid-\(leaseName)"
            lease.metadata.resourceVersion = objects.nextVersion()
            objects.leases[leaseName] = lease
            return lease
        }
    }

    // MARK: Opinions

    func ask(_ question: StoredOpinions.Question) async {
        _ = await cluster.enter(group.name, "ask of \(question.pod)") {
            change { StoredOpinions.ask(question, on: $0) }
        }
    }

    func answer(_ answer: StoredOpinions.Answer, of name: String) async -> Bool {
        await cluster.enter(group.name, "answer \(answer.health)") {
            change { StoredOpinions.answer(answer, of: name, on: $0) ?? $0 }
        } == nil
    }

    private func change(_ next: @Sendable (Lease) -> Lease) {
        cluster.change { [leaseName] objects in
            guard let base = objects.leases[leaseName] else { return }
            var lease = next(base)
            guard lease != base else { return }
            lease.metadata.resourceVersion = objects.nextVersion()
            objects.leases[leaseName] = lease
        }
    }

    // MARK: Members

    private func member(_ pod: Pod) -> Member? {
        selector.matches(pod.metadata.labels ?? [:]) ? mapping.member(pod) : nil
    }

    func listMembers() async -> MemberListOutcome {
        switch await enter("list") {
        case nil, .conflict: break
        case .failure, .lostAnswer, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        let objects = cluster.objects
        return .listed(objects.pods.values.compactMap(member), version: ObjectVersion("\(objects.version)"))
    }

    func readLabels(_ name: String) async -> LabelsReadOutcome {
        switch await enter("read labels of \(name)") {
        case nil, .conflict: break
        case .failure, .lostAnswer, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        return cluster.objects.pods[name].map { .found($0.metadata.labels ?? [:]) } ?? .gone
    }

    func readMember(_ name: String) async -> MemberReadOutcome {
        switch await enter("read \(name)") {
        case nil, .conflict: break
        case .failure, .lostAnswer, .hold: return .failed(Self.failure)
        case .refusal: return .failed(Self.refusal)
        }
        return cluster.objects.pods[name].flatMap(mapping.member).map { .found($0) } ?? .gone
    }

    func readOutgoing(_ pod: OutgoingMember, since version: ObjectVersion?) async -> MemberReadOutcome {
        await readMember(pod.name)
    }

    func writeRole(
        _ write: RoleWrite,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool = { true }
    ) async -> RoleWriteOutcome {
        guard await isSent(isWanted) else { return .notSent }
        let (name, role) = (write.member.name, write.role)
        if !written.insert(name).inserted { Issue.record("two writes of pod \(name)") }
        defer { written.remove(name) }
        // When it is sent: while it is on its way there may be another intent.
        check(write)
        let fault = await enter("\(name)=\(role)@\(write.epoch)")
        switch fault {
        case nil, .lostAnswer: break
        case .conflict: return .conflict
        case .failure, .hold: return .failed(Self.failure)
        case .refusal: return .refused(Self.refusal)
        }
        let outcome = store(write)
        if case .lostAnswer = fault { return .failed(Self.failure) }
        return outcome
    }

    /// What the protocol asks of every write of a role.
    private func check(_ write: RoleWrite) {
        if write.member.id.uid.isEmpty || write.member.version.rawValue.isEmpty {
            Issue.record("a write without the pod's uid and version: \(write)")
        }
        if let known = write.member.epoch, known > write.epoch { Issue.record("an epoch goes back: \(write)") }
        guard write.role == .active else { return }
        let spec = cluster.objects.leases[leaseName]?.spec
        if spec?.holderIdentity != write.member.name || spec?.leaseTransitions != write.epoch.number {
            Issue.record("promoted without an intent: \(write.member.name)@\(write.epoch)")
        }
    }

    private func store(_ write: RoleWrite) -> RoleWriteOutcome {
        cluster.change { [mapping] objects in
            guard var pod = objects.pods[write.member.name], pod.metadata.uid == write.member.id.uid else {
                return .gone
            }
            guard pod.metadata.resourceVersion == write.member.version.rawValue else { return .conflict }
            for (key, value) in mapping.labelling.values(for: write.role) { pod.metadata.labels?[key] = value }
            var annotations = pod.metadata.annotations ?? [:]
            annotations[mapping.epochAnnotation] = "\(write.epoch)"
            pod.metadata.annotations = annotations
            pod.metadata.resourceVersion = objects.nextVersion()
            objects.pods[write.member.name] = pod
            let actives = objects.pods.values.compactMap { self.member($0) }.filter { $0.role == .active }
            if write.role == .active, actives.count > 1, group.failover.order == .demoteFirst {
                Issue.record("a second active: \(actives.map(\.name).sorted())")
            }
            return mapping.member(pod).map { .written($0) } ?? .gone
        }
    }

    func tryRole(_ write: RoleWrite) async -> RoleTrialOutcome {
        switch await enter("try \(write.member.name)=\(write.role)@\(write.epoch)") {
        case .refusal: .refused(Self.refusal)
        case nil, .conflict, .failure, .lostAnswer, .hold: .notRefused
        }
    }

    func deletePod(
        _ pod: OutgoingMember,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> PodDeletionOutcome {
        switch await enter("delete \(pod.name)") {
        case nil, .conflict: .accepted
        case .refusal: .failed(Self.refusal)
        case .failure, .lostAnswer, .hold: .failed(Self.failure)
        }
    }
}
