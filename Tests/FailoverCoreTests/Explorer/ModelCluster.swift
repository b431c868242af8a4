@testable import FailoverCore

/// The API server of the explorer: one Lease, a few pods, and the rules for writing them.
///
/// Versions count the writes of each object, so that two schedules that differ only in the order of independent writes lead to
/// the same state.
struct ModelCluster: Hashable {
    /// What is wrong with the API server, or with what a supervisor sees of it: a guard of the protocol taken away.
    enum Sabotage: Hashable, CaseIterable {
        /// Writes land whatever version they name.
        case versionsAreIgnored
        /// Pods that are passive already are not fenced, only said to be.
        case passivePodsAreNotFenced
        /// A supervisor does not see epochs above its own.
        case epochsAreHidden
        /// A consistent list shows what the informer showed last.
        case listsAreStale
        /// A write whose answer was lost is taken for one that was denied.
        case unknownOutcomesAreKnown
        /// A record that is adopted, or announces somebody else, forgets whom others announced.
        case announcementsAreForgotten
        /// A supervisor that starts takes the records that carry its name for its own run.
        case runsAreKnownByName
        /// The successor of a lost Lease begins at the next epoch.
        case lostLeasesAreContinued
        /// A slice that is created gets a name of its own.
        case slicesAreNamedAnew
        /// A write of a slice adds its endpoint to those that are there.
        case endpointsAreAdded
        /// A slice announces a move under a record that was not read.
        case recordsAreNotRead
        /// Whoever writes the record knows what hooks are owed, and nobody else.
        case hooksAreForgotten
        /// A required hook that failed is waited for no more, although it is to hold the promotion.
        case failuresAreForgiven
        /// A slice does not say whom it shows.
        case namesAreHidden

        /// Those that the labels' protocol is safe by.
        static let ofLabels = allCases.prefix { $0 != .slicesAreNamedAnew }
    }

    private(set) var pods: [Member] = []
    private(set) var lease: StoredRecord?
    /// The EndpointSlices of ours; where they say who is active, pods have the role that follows from them.
    private(set) var slices = ModelSlices()
    private var podWrites = 0
    /// Counts what happens to the Lease.
    private(set) var leaseWrites = 0
    private var created = 0
    /// Who wrote which epoch.
    private var writers: [Epoch: String] = [:]
    /// A write reached a pod of another uid than it named.
    private(set) var touchedAnotherPod = false
    /// Pods that the group does not select: no members, and no endpoints.
    private(set) var departed: Set<Member.ID> = []
    /// Pods that came back with an active role that they had when they left.
    private(set) var returned: Set<Member.ID> = []
    /// Pods whose roles nobody may write: an admission webhook denies it.
    private(set) var denied: Set<Member.ID> = []
    /// Pods whose processes act as active: they learn of their roles late, and go on when their objects are gone.
    private(set) var acting: Set<Member.ID> = []
    /// Pods whose containers have stopped.
    private(set) var stopped: Set<Member.ID> = []
    /// What the processes in pods were told by hooks.
    private(set) var hooks = ModelHooks()
    /// Whether every hook fails.
    var hooksFail = false
    var sabotage: Sabotage?

    /// Where the policy says so, the Service has a slice for each of two address families.
    init(of policy: GroupPolicy = GroupPolicy(), _ sabotage: Sabotage? = nil) {
        self.sabotage = sabotage
        if policy.ownsEndpoints { slices.families = [.ipv4, .ipv6] }
        hooks.required = policy.hooks.requiredOnDemote?.onTimeout
        if sabotage == .failuresAreForgiven { hooks.required = .hold }
    }

    /// Of the collection of pods.
    var version: ObjectVersion { ObjectVersion("\(1000 + podWrites)") }
    /// The pods that are members.
    var members: [Member] { pods.filter { !departed.contains($0.id) } }
    var actives: [Member] { members.filter { $0.role == .active } }

    func pod(_ name: String) -> Member? { pods.first { $0.name == name } }

    // MARK: Others

    /// Creates a pod, in place of one of the same name.
    mutating func create(_ name: String, role: Role? = nil, epoch: Epoch? = nil) {
        pods.removeAll { $0.name == name }
        created += 1
        podWrites += 1
        let member = Member(id: .init("\(name)\(created)"), name: name, version: .init("1"), role: role, epoch: epoch)
        pods = (pods + [member]).sorted { $0.name < $1.name }
        if !slices.families.isEmpty, role == .active { publish(member.id, at: epoch) }
    }

    /// Somebody writes a pod into the slices; `epoch`: nil: that which is there.
    mutating func publish(_ id: Member.ID, at epoch: Epoch? = nil) {
        slices.publish(id, at: epoch)
        readRoles()
    }

    /// Somebody deletes the slices.
    mutating func deleteSlices() {
        slices.delete()
        readRoles()
    }

    private mutating func readRoles() {
        for index in pods.indices {
            pods[index].role = slices.isActive(pods[index].id) ? .active : .passive
            pods[index].epoch = slices.epoch
        }
    }

    mutating func change(_ name: String, _ change: (inout Member) -> Void) {
        guard let index = pods.firstIndex(where: { $0.name == name }) else { return }
        change(&pods[index])
        pods[index].version = ObjectVersion("\((Int(pods[index].version.rawValue) ?? 0) + 1)")
        podWrites += 1
    }

    /// Somebody writes an annotation of the Lease.
    mutating func annotate(_ change: (inout GroupRecord) -> Void) {
        guard var stored = lease else { return }
        change(&stored.record)
        store(stored.record, uid: stored.version.uid)
    }

    /// From now on nobody may write the roles of a pod, or again everybody may.
    mutating func deny(_ name: String, _ isDenied: Bool = true) {
        guard let pod = pod(name) else { return }
        if isDenied { denied.insert(pod.id) } else { denied.remove(pod.id) }
    }

    /// A pod's labels change so that it is selected no more, or again.
    mutating func select(_ name: String, _ isSelected: Bool) {
        guard let pod = pod(name) else { return }
        if isSelected {
            departed.remove(pod.id)
            if pod.role == .active { returned.insert(pod.id) }
        } else {
            departed.insert(pod.id)
        }
        change(name) { _ in }
    }

    mutating func admitAll() {
        denied = []
    }

    // MARK: Processes in pods

    /// Pods whose processes have not learnt of their roles.
    var unaware: [Member] {
        pods.filter { !stopped.contains($0.id) && acting.contains($0.id) != ($0.role == .active) }
    }

    /// The process in a pod learns of its role.
    mutating func learn(_ name: String) {
        guard let pod = pod(name), !stopped.contains(pod.id) else { return }
        if pod.role == .active { acting.insert(pod.id) } else { acting.remove(pod.id) }
    }

    /// A pod is deleted by its uid, and given time.
    mutating func delete(_ pod: OutgoingMember) -> PodDeletionOutcome {
        guard let found = self.pod(pod.name), found.id == pod.id else { return .gone }
        if found.lifecycle == .running { change(pod.name) { $0.lifecycle = .terminating } }
        return .accepted
    }

    /// The containers of a pod that terminates stop.
    mutating func stop(_ name: String) {
        guard let pod = pod(name) else { return }
        acting.remove(pod.id)
        stopped.insert(pod.id)
        change(name) { $0.hasStopped = true }
    }

    /// What would become of a write.
    func tried(_ write: RoleWrite) -> RoleTrialOutcome {
        denied.contains(write.member.id) ? .refused(OperationFailure("denied", isLasting: true)) : .notRefused
    }

    mutating func deleteLease() {
        lease = nil
        leaseWrites += 1
    }

    // MARK: Supervisors

    /// What a supervisor of that name would know of the record and of its own run if it knew no better.
    func knowledge(_ policy: GroupPolicy, _ identity: String, mark: UInt64) -> GroupKnowledge {
        let records = sabotage == .lostLeasesAreContinued ? RecordView(jump: 1) : RecordView()
        let run = assumedRun(of: identity)
        return GroupKnowledge(policy: policy, identity: identity, mark: mark, records: records, run: run)
    }

    private func assumedRun(of identity: String) -> OwnRun {
        var run = OwnRun()
        guard sabotage == .runsAreKnownByName, let last = lease?.record.epoch else { return run }
        let epochs = (1...max(1, last.number)).map { Epoch($0) }
        for epoch in epochs.reversed().prefix(while: { writers[$0] == identity }).reversed() {
            run.recorded(epoch, after: Epoch(epoch.number - 1))
        }
        run.listed()
        for pod in members { run.found(pod) }
        return run
    }

    mutating func write(_ write: RoleWrite) -> RoleWriteOutcome {
        guard let pod = pod(write.member.name) else { return .gone }
        if sabotage == .passivePodsAreNotFenced, write.role == .passive, pod.role == .passive {
            var said = pod
            said.epoch = write.epoch
            return .written(said)
        }
        if sabotage != .versionsAreIgnored {
            // The API server compares the version before the uid.
            if pod.version != write.member.version { return .conflict }
            if pod.id != write.member.id { return .gone }
        }
        if denied.contains(pod.id) { return .refused(OperationFailure("denied", isLasting: true)) }
        if pod.id != write.member.id { touchedAnotherPod = true }
        returned.remove(pod.id)
        hooks.wrote(write, over: pod, beside: members.filter { !stopped.contains($0.id) })
        change(write.member.name) {
            $0.role = write.role
            $0.epoch = write.epoch
            if $0.deletionCost == .due { $0.deletionCost = .told }
        }
        return self.pod(write.member.name).map { .written($0) } ?? .gone
    }

    mutating func write(_ write: EndpointsWrite) -> EndpointsWriteOutcome {
        guard denied.isEmpty else { return .refused(OperationFailure("denied", isLasting: true)) }
        let before = pods
        defer {
            readRoles()
            hooks.published(pods, insteadOf: before)
        }
        return slices.write(write, sabotage, reachable: members.map(\.id))
    }

    /// A hook is run.
    mutating func run(_ call: HookCall) -> HookOutcome {
        guard let pod = pod(call.pod), pod.id == call.id else { return .gone }
        if hooksFail { return .failed("exit 1") }
        heard(call)
        return .succeeded
    }

    /// The process in a pod hears of its role, or nobody tries to tell it any more.
    ///
    /// `isActive`: whether the pod is an endpoint then; nil: as its label says, if it is a member.
    mutating func heard(_ call: HookCall, whileActive isActive: Bool? = nil) {
        hooks.ran(call, whileActive: isActive ?? actives.contains { $0.id == call.id })
    }

    /// Nobody tries to run a hook any more, because it failed.
    mutating func gaveUp(_ call: HookCall) { hooks.gaveUp(call) }

    /// The slices as a supervisor sees them whose record is of `epoch`.
    func published(to epoch: Epoch?) -> PublishedEndpoints {
        PublishedEndpoints(slices: slices.families.map { published($0, to: epoch) })
    }

    /// One of them.
    func published(_ family: AddressFamily, to epoch: Epoch?) -> PublishedSlice {
        var slice = slices.shown(family, reachable: members.map(\.id))
        if sabotage == .epochsAreHidden, let theirs = slice.epoch { slice.epoch = min(theirs, epoch ?? theirs) }
        if sabotage != .namesAreHidden {
            for pod in pods where slice.ready.contains(pod.id) { slice.names[pod.id] = pod.name }
        }
        return slice
    }

    mutating func write(_ record: GroupRecord, replacing expected: StoredRecord.Version?) -> RecordWriteOutcome {
        if lease?.version != expected { return .conflict }
        var written = store(record, uid: expected?.uid ?? "lease-\(leaseWrites)")
        written.record.hooks = record.hooks
        return .written(written)
    }

    @discardableResult
    private mutating func store(_ record: GroupRecord, uid: String) -> StoredRecord {
        leaseWrites += 1
        var record = record
        if sabotage == .announcementsAreForgotten { record.announced = Announcements(since: Epoch(0)) }
        if sabotage == .hooksAreForgotten { record.hooks = [] }
        writers[record.epoch] = record.writer
        let stored = StoredRecord(record: record, version: .init(uid: uid, version: .init("\(leaseWrites)")))
        lease = stored
        return stored
    }
}
