import FailoverCore
import Foundation
import KubernetesClient
import StandbyConfiguration

/// A group's door to the API server.
///
/// Nothing is retried here: the machine decides what to do after a failure, because the world may have changed.
actor KubernetesGroupAPI: GroupAPI {
    /// What all groups together may have under way.
    struct Limits: Sendable {
        /// When thousands of groups start, each reads its record; so many that those of an outage, which hang until their
        /// deadlines, seldom hold up what is read after it.
        let reads = RequestLimiter(limit: 256)
        /// Decides whose write is next.
        let writes: WriteScheduler

        /// `clock`: by which latencies are measured.
        init(clock: SupervisionClock = .system) {
            writes = WriteScheduler(now: clock.now)
        }
    }

    /// The way to the API server.
    let client: APIClient
    private let name: String
    /// The group's.
    let namespace: String
    /// How pods are read and written.
    private(set) var mapping: PodMapping
    /// Shared by all groups.
    let limits: Limits
    /// Says how long a write may take, if it may be sent at all.
    let gate: WriteGate
    /// The monotonic clock.
    let clock: SupervisionClock
    /// Of the group, when many wait.
    private(set) var importance: Int
    /// Says how long a write may take, by how long others took.
    var patience = WritePatience()
    /// Which pods the group means, once its Service is known.
    private var selector = LabelSelector()
    /// The Lease as last seen, so that an update keeps what others wrote on it.
    private(set) var lease: Lease?
    /// Versions of it that differ in opinions only, the newest last.
    private(set) var versions: [String] = []
    /// The question to standbys that was given last; nil: none.
    var asked: String?
    /// Of moves that the record may not tell of yet.
    private var endpointTimes = EndpointTimes()
    private var conflicts = ConflictedVersions()
    /// Versions that are known at most.
    private static let mostVersions = 64

    /// `limits`: shared by all groups; `gate`: the group's own.
    init(
        client: APIClient,
        group: GroupConfiguration,
        namespace: String,
        limits: Limits,
        gate: WriteGate,
        clock: SupervisionClock
    ) {
        self.client = client
        self.gate = gate
        self.clock = clock
        importance = group.failover.importance
        name = group.name
        self.namespace = namespace
        self.limits = limits
        mapping = PodMapping(group: group)
    }

    /// Lists these pods from now on.
    func select(_ selector: LabelSelector) {
        self.selector = selector
    }

    /// Reads and writes pods by another mapping from now on, and with another importance.
    func use(_ mapping: PodMapping, importance: Int) {
        self.mapping = mapping
        self.importance = importance
    }

    /// The endpoint of a move followed; the next record that is written tells it.
    func endpointFollowed(_ epoch: Epoch, after time: Duration) {
        endpointTimes.note(epoch, time)
    }

    // MARK: The record

    /// Reads the Lease once, within the request's deadline; no Lease is an outcome of its own.
    func readRecord() async -> RecordReadOutcome {
        switch await get(Lease.self, RecordMapping.name(of: name)) {
        case .success(let found):
            note(found)
            return .found(RecordMapping.stored(found))
        case .failure(let error): return error.isAbsence ? .absent : .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }

    /// Reads when it is its turn, in the order of asking; nil if the task was cancelled before.
    ///
    /// The answer is read by the mapping that holds when it comes, not by that of when it was asked for.
    func read<Value: Sendable>(
        _ request: @escaping @Sendable () async throws(KubernetesError) -> Value
    ) async -> Result<Value, KubernetesError>? {
        await limits.reads.withTurn(.failing, patience: nil) {
            do throws(KubernetesError) { return .success(try await request()) } catch { return .failure(error) }
        }
    }

    /// Reads one object once, from no cache, when it is its turn; nil if the task was cancelled before.
    func get<Resource: KubernetesResource>(
        _ type: Resource.Type,
        _ name: String
    ) async -> Result<Resource, KubernetesError>? {
        let answer = await read { [client, namespace] () throws(KubernetesError) in
            try await client.get(type, namespace: namespace, name: name, retry: .none)
        }
        if case .success(let found) = answer {
            conflicts.read(Self.key(Resource.resource, name), at: found.metadata.resourceVersion)
        }
        return answer
    }

    private static func key(_ resource: ResourceType, _ name: String?) -> String { "\(resource.plural)/\(name ?? "")" }

    /// The informer showed the Lease; what others wrote on it is kept by the next write.
    func saw(_ seen: Lease) {
        // What was read or written here is from then on the informer's, too, in one place.
        if seen == lease {
            lease = seen
            return
        }
        let version = ObjectVersion(seen.metadata.resourceVersion ?? "")
        let known = lease?.metadata.resourceVersion.map { ObjectVersion($0) }
        if known.map({ $0 < version }) ?? true { note(seen) }
    }

    /// The Lease is this now; one that the informer showed before the answer came stays, in its one place.
    func note(_ seen: Lease) {
        if let lease, !StoredOpinions.isSame(lease, seen) { versions = [] }
        versions = (versions + [seen.metadata.resourceVersion ?? ""]).suffix(Self.mostVersions)
        if lease != seen { lease = seen }
    }

    /// Creates or updates the Lease once; a conflict is an outcome of its own.
    ///
    /// An answer of a standby is none: it says nothing of the record, which is written beside it.
    func writeRecord(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        asking question: String?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool = { true }
    ) async -> RecordWriteOutcome {
        // The version to be replaced must be one whose foreign fields we hold.
        if let version, lease == nil || !versions.contains(version.version.rawValue) {
            if let turn { await limits.writes.giveBack(turn) }
            return .conflict
        }
        let base = version == nil ? nil : lease
        let outcome = await write(record, over: base, asking: question, urgency, in: turn, isWanted: isWanted)
        guard outcome == .conflict, let base else { return outcome }
        return await writeAgain(record, over: base, asking: question, urgency, isWanted: isWanted)
    }

    /// Creates or updates the Lease once, over one version of it.
    func write(
        _ record: GroupRecord,
        over base: Lease?,
        asking question: String?,
        _ urgency: WriteUrgency,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> RecordWriteOutcome {
        let outcome = await write(urgency, of: .record, in: turn, isWanted: isWanted) { [self] timeout in
            let wanted = StoredOpinions.settled(await lease(record, over: base), but: question)
            do throws(KubernetesError) {
                let stored =
                    base == nil
                    ? try await client.create(wanted, namespace: namespace, timeout: timeout)
                    : try await client.update(wanted, namespace: namespace, timeout: timeout)
                await note(stored)
                return (RecordWriteOutcome.written(RecordMapping.stored(stored)), .answered)
            } catch {
                return (await self.outcome(error, over: base), error.ending)
            }
        }
        return outcome ?? .notSent
    }

    private func outcome(_ error: KubernetesError, over base: Lease?) -> RecordWriteOutcome {
        if isRefusedAsConflict(error, over: base?.metadata.resourceVersion) {
            return .failed(OperationFailure(refusedAsConflict: error))
        }
        // It was deleted or written meanwhile; what a creation finds absent is the namespace.
        return error.isConflict || error.isAbsence ? .conflict : .failed(OperationFailure(error))
    }

    private func lease(_ record: GroupRecord, over base: Lease?) -> Lease {
        let now = Date()
        let lease = RecordMapping.lease(record, group: name, namespace: namespace, base: base, endpointTimes, now: now)
        return lease.of(mapping.group.mode)
    }

    /// Whether a conflict is the second over a version of its object that was read in between; nil: it was to be created.
    func isRefusedAsConflict(_ error: KubernetesError, over version: String?) -> Bool {
        guard error.isConflict, let version else { return false }
        return conflicts.isRepeated(Self.key(error.request.resource, error.request.name), over: version)
    }

    /// The end of a read that was cancelled before its turn came.
    static let noTurn = OperationFailure("too many other requests are under way")

    // MARK: Members

    /// Lists the selected pods once, as consistently as the API server can.
    func listMembers() async -> MemberListOutcome {
        let answer = await read { [self, client, namespace] () throws(KubernetesError) in
            let selector = await "\(self.selector)"
            return try await client.list(Pod.self, namespace: namespace, labelSelector: selector, retry: .none)
        }
        switch answer {
        case .success(let list):
            let members = (list.items ?? []).compactMap(mapping.member)
            return .listed(members, version: ObjectVersion(list.metadata.resourceVersion ?? "0"))
        case .failure(let error): return .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }

    /// Reads one pod once.
    func readMember(_ name: String) async -> MemberReadOutcome {
        switch await get(Pod.self, name) {
        case .success(let pod): return mapping.member(pod).map(MemberReadOutcome.found) ?? .gone
        case .failure(let error): return error.isAbsence ? .gone : .failed(OperationFailure(error))
        case nil: return .failed(Self.noTurn)
        }
    }
}
