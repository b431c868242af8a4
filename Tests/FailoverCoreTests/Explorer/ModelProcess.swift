@testable import FailoverCore

/// One supervisor process of the explorer: the real machine, what it has asked for, and what its probes say.
struct ModelProcess: Hashable {
    /// What comes back to a machine.
    enum Answer: Hashable {
        case recordRead(OperationID, RecordReadOutcome)
        case recordWritten(OperationID, RecordWriteOutcome)
        case membersListed(OperationID, MemberListOutcome)
        case memberRead(OperationID, MemberReadOutcome)
        case roleWritten(OperationID, RoleWriteOutcome)
        case roleTried(OperationID, RoleTrialOutcome)
        case endpointsSettled(OperationID)
        case podDeleted(OperationID, PodDeletionOutcome)
        case hookRan(OperationID, HookOutcome)
        case endpointsWritten(OperationID, EndpointsWriteOutcome)
        case endpointsRead(OperationID, EndpointsReadOutcome)
    }

    let identity: String
    private(set) var machine: GroupStateMachine
    /// Requests that the API server has not executed yet.
    var requests: [Effect] = []
    /// Answers that are on their way back.
    var answers: [Answer] = []
    /// Timers, with their times.
    private(set) var timers: [OperationID: MonotonicTime] = [:]
    /// What its informers showed last.
    private(set) var seen: [Member] = []
    private(set) var seenVersion: ObjectVersion?
    private(set) var seenLease: Int?
    private(set) var seenSlices: ObjectVersion?
    private var shownSlices: PublishedEndpoints?
    /// Pods that it saw active, and then no more.
    private(set) var missed: Set<Member.ID> = []
    /// What its probes say, by pod; healthy unless said otherwise.
    private(set) var unhealthy: Set<String> = []
    /// Writes of slices for which the record was read, and which are on their way.
    private var checked: Set<OperationID> = []
    /// The pods whose processes act as active now, if that is followed.
    var acting: Set<Member.ID> = []
    /// Pods of which the informers showed no more, when it started, that they had stopped.
    private let stoppedBefore: Set<Member.ID>
    /// A move that nobody announced was sent although the record said that the group is paused.
    private(set) var movedPastAPause = false
    /// A hook was run that told a pod of another role than it had, as far as the process knew.
    private(set) var ranAmiss = false
    /// Hooks that it tries no more, because they failed.
    private var failures: [HookCall] = []
    /// An answer that was delivered twice had an effect.
    private(set) var heardTwice = false

    /// `stopped`: pods that have stopped before.
    init(_ known: GroupKnowledge, unhealthy: Set<String> = [], stopped: Set<Member.ID> = []) {
        stoppedBefore = stopped
        identity = known.identity
        machine = GroupStateMachine(known)
        self.unhealthy = unhealthy
        requests = machine.started()
    }

    // MARK: Events

    /// A request's turn has come.
    ///
    /// - Returns: what is sent; nil: the machine does not want it any more, and was told that it was not sent.
    mutating func send(_ position: Int, to cluster: ModelCluster, at now: MonotonicTime) -> Effect? {
        let request = requests.remove(at: position)
        switch request {
        case .writeRecord(let id, _, _, _):
            if machine.turnCame(id, at: now) { return request }
            deliver(.recordWritten(id, .notSent), at: now)
        case .writeRole(let id, _):
            if machine.turnCame(id, at: now) { return request }
            deliver(.roleWritten(id, .notSent), at: now)
        case .runHook(let id, let call):
            guard machine.turnCame(id, at: now) else {
                deliver(.hookRan(id, .notSent), at: now)
                return nil
            }
            let isActive = machine.view[call.id]?.role == .active
            if isActive != (call.kind == .promote) { ranAmiss = true }
            return request
        case .writeEndpoints(let id, let write):
            let isChecked = checked.remove(id) != nil
            if !machine.turnCame(id, at: now) {
                deliver(.endpointsWritten(id, .notSent), at: now)
                return nil
            }
            if isChecked { return request }
            guard let ground = write.announcement?.ground, cluster.sabotage != .recordsAreNotRead else {
                movedPastAPause = movedPastAPause || write.announcement != nil && cluster.lease?.record.pause != nil
                return request
            }
            if let lease = cluster.lease, lease.version == ground {
                // Others may do anything between this read and the write.
                checked.insert(id)
                requests.append(request)
            } else {
                deliver(.endpointsWritten(id, .withheld(cluster.lease.map { .found($0) } ?? .absent)), at: now)
            }
            movedPastAPause = movedPastAPause || checked.contains(id) && cluster.lease?.record.pause != nil
        default: return request
        }
        return nil
    }

    mutating func deliver(_ answer: Answer, at now: MonotonicTime) {
        let isDenial =
            switch answer {
            case .roleWritten(_, .refused), .endpointsWritten(_, .refused): true
            default: false
            }
        take(Self.deliver(answer, to: &machine, at: now), at: now, waitsFor: isDenial ? .seconds(1) : .zero)
        // The network may repeat it at once: nothing must come of that.
        var again = machine
        if !Self.deliver(answer, to: &again, at: now).isEmpty || again != machine { heardTwice = true }
    }

    static func deliver(
        _ answer: Answer,
        to machine: inout GroupStateMachine,
        at now: MonotonicTime
    ) -> [Effect] {
        switch answer {
        case .recordRead(let id, let outcome): machine.recordRead(id, outcome, at: now)
        case .recordWritten(let id, let outcome): machine.recordWritten(id, outcome, at: now)
        case .membersListed(let id, let outcome): machine.membersListed(id, outcome, at: now)
        case .memberRead(let id, let outcome): machine.memberRead(id, outcome, at: now)
        case .roleWritten(let id, let outcome): machine.roleWritten(id, outcome, at: now)
        case .roleTried(let id, let outcome): machine.roleTried(id, outcome, at: now)
        case .endpointsSettled(let id): machine.endpointsSettled(id, at: now)
        case .podDeleted(let id, let outcome): machine.podDeleted(id, outcome, at: now)
        case .hookRan(let id, let outcome): machine.hookRan(id, outcome, at: now)
        case .endpointsWritten(let id, let outcome): machine.endpointsWritten(id, outcome, at: now)
        case .endpointsRead(let id, let outcome): machine.endpointsRead(id, outcome, at: now)
        }
    }

    /// Whether the informers have something new to show.
    func isBehind(_ cluster: ModelCluster) -> Bool {
        seenVersion != cluster.version || seenLease != cluster.leaseWrites
    }

    /// Whether the informer that follows the slices has something new to show.
    func missesSlices(of cluster: ModelCluster) -> Bool {
        !cluster.slices.families.isEmpty && seenSlices != cluster.slices.version
    }

    /// That informer shows what is there now.
    mutating func observeSlices(of cluster: ModelCluster, at now: MonotonicTime) {
        seenSlices = cluster.slices.version
        shownSlices = cluster.published(to: machine.record?.record.epoch)
        readSlices(at: now)
    }

    /// What slices show is read by the pods that are known.
    private mutating func readSlices(at now: MonotonicTime) {
        guard var shown = shownSlices, let version = seenSlices else { return }
        for index in shown.slices.indices { shown.slices[index].reachable = Set(seen.map(\.id)) }
        shownSlices = shown
        take(machine.endpointsObserved(shown, version: version, at: now), at: now)
    }

    /// The informers show what is there now, and the probes what they say of it.
    mutating func observe(_ cluster: ModelCluster, at now: MonotonicTime) {
        if seenLease != cluster.leaseWrites {
            seenLease = cluster.leaseWrites
            take(machine.recordObserved(cluster.lease, at: now), at: now)
        }
        guard seenVersion != cluster.version else { return }
        seenVersion = cluster.version
        missed.formUnion(seen.filter { $0.role == .active }.map(\.id))
        seen = cluster.members
        missed.subtract(seen.map(\.id))
        let blurred = seen.map { shown($0, in: cluster) }
        let stopped = cluster.stopped.subtracting(stoppedBefore).sorted { $0.uid < $1.uid }
        take(machine.membersObserved(blurred, version: cluster.version, stopped: stopped, at: now), at: now)
        readSlices(at: now)
        for member in seen { probe(member, at: now) }
    }

    /// What the process makes of a pod that it is shown.
    func shown(_ member: Member, in cluster: ModelCluster) -> Member {
        guard cluster.sabotage == .epochsAreHidden, let epoch = member.epoch else { return member }
        var blurred = member
        blurred.epoch = min(epoch, machine.record?.record.epoch ?? epoch)
        return blurred
    }

    /// The probes of a pod come to the other verdict.
    mutating func verdictChanges(of name: String, at now: MonotonicTime) {
        if unhealthy.remove(name) == nil { unhealthy.insert(name) }
        for member in seen where member.name == name { probe(member, at: now) }
    }

    /// A standby answers what is asked.
    mutating func hear(_ health: Health, at now: MonotonicTime) {
        guard let question = machine.question else { return }
        let answer = OpinionAnswer(
            replica: "r",
            question: question.id,
            member: question.member,
            health: health,
            age: .zero
        )
        take(machine.opinionsHeard([answer], standbys: 1, at: now), at: now)
    }

    /// Every pod is probed anew.
    mutating func probeAll(at now: MonotonicTime) {
        for member in seen { probe(member, at: now) }
    }

    /// Every pod is healthy, whatever was said before.
    mutating func calm(at now: MonotonicTime) {
        unhealthy = []
        for member in seen { probe(member, at: now) }
    }

    private mutating func probe(_ member: Member, at now: MonotonicTime) {
        var evidence = HealthEvidence(since: MonotonicTime(nanoseconds: 0))
        if unhealthy.contains(member.name) {
            evidence.failed(from: now, at: now)
            evidence.became(.unhealthy, at: MonotonicTime(nanoseconds: 0))
        } else {
            // Who is passive and acts as active all the same does not succeed.
            let isPassive = member.role != .active
            if !isPassive || !acting.contains(member.id) {
                evidence.succeeded(from: now, at: now, isPassive: isPassive)
            }
            evidence.became(.healthy, at: MonotonicTime(nanoseconds: 0))
        }
        take(machine.memberProbed(member.id, evidence, at: now), at: now)
    }

    /// Hooks that it tries no more, because they failed; given once.
    mutating func takeFailures() -> [HookCall] {
        defer { failures = [] }
        return failures
    }

    /// Fires every timer that is due.
    mutating func fireTimers(at now: MonotonicTime) {
        for (id, due) in timers.sorted(by: { $0.key.number < $1.key.number }) where due <= now {
            timers[id] = nil
            take(machine.timerFired(id, at: now), at: now)
        }
    }

    /// A backoff ends at once, for that its request may be executed late is the same; but not after a denial, which would be
    /// repeated without end.
    private mutating func take(_ effects: [Effect], at now: MonotonicTime, waitsFor pause: Duration = .zero) {
        for effect in effects {
            switch effect {
            case .startTimer(let id, let at): timers[id] = at
            case .startBackoff(let id, _, _) where pause > .zero: timers[id] = now + pause
            case .startBackoff(let id, _, _): take(machine.timerFired(id, at: now), at: now)
            case .readRecord, .writeRecord, .listMembers, .readMember, .readOutgoing, .writeRole, .tryRole,
                .settleEndpoints, .writeEndpoints, .readEndpoints, .deletePod, .runHook:
                requests.append(effect)
            case .probe(let id, _): if let member = seen.first(where: { $0.id == id }) { probe(member, at: now) }
            case .report(.hookFailed(let call, _)): failures.append(call)
            case .report, .forgetHealth, .askOpinions, .askScores: break
            }
        }
    }
}

extension Effect {
    /// Whether it may change something at the API server.
    var isWrite: Bool {
        switch self {
        case .writeRecord, .writeRole, .writeEndpoints, .deletePod, .runHook: true
        case .readRecord, .listMembers, .readMember, .readOutgoing, .tryRole, .settleEndpoints, .startTimer,
            .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report, .readEndpoints:
            false
        }
    }
}
