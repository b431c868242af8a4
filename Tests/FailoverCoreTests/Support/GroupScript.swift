@testable import FailoverCore

/// Drives one machine by hand: members are named by letters, time is in milliseconds.
struct GroupScript {
    var machine: GroupStateMachine
    var members: [Member] = []
    /// Members whose roles the API server lets nobody write.
    var denied: Set<String> = []
    /// Pods whose writes are answered, and nobody knows what became of them.
    var failing: Set<String> = []
    /// Pods about which a webhook has to be asked that cannot be called.
    var uncalled: Set<String> = []
    /// Operations that are not answered, and those that were met.
    var holds: (Effect) -> Bool = { _ in false }
    private(set) var held: [Effect] = []
    /// How the hooks of pods end; the others succeed.
    var hookOutcomes: [String: HookOutcome] = [:]
    /// Whether a probe that the machine asks for ends at once as those before it did.
    var answersProbes = true
    private var evidence: [Member.ID: HealthEvidence] = [:]
    /// Those that were started and have not fired.
    private var timers: [OperationID: MonotonicTime] = [:]
    /// Where they say who is active.
    var slices = ModelSlices()
    /// The record as the API server has it; nil: there is none.
    private(set) var lease: StoredRecord?
    private var version = 100
    private(set) var now = MonotonicTime(nanoseconds: 0)

    init(_ policy: GroupPolicy = GroupPolicy(), identity: String = "me") {
        machine = GroupStateMachine(policy: policy, identity: identity, mark: 1)
        if policy.ownsEndpoints { slices.families = [.ipv4] }
    }

    mutating func at(_ milliseconds: Int) {
        now = MonotonicTime(nanoseconds: UInt64(milliseconds) * 1_000_000)
    }

    /// Puts members on the stage without telling the machine.
    mutating func place(
        _ name: String,
        _ role: Role? = .passive,
        epoch: Int? = nil,
        _ change: (inout Member) -> Void = { _ in }
    ) {
        version += 1
        var member = Member(
            id: .init("uid-\(name)"),
            name: name,
            version: .init("\(version)"),
            role: role,
            epoch: epoch.map { Epoch($0) }
        )
        change(&member)
        members.removeAll { $0.id == member.id }
        members.append(member)
    }

    mutating func remove(_ name: String) {
        members.removeAll { $0.name == name }
    }

    func member(_ name: String) -> Member {
        guard let member = members.first(where: { $0.name == name }) else { preconditionFailure("no member \(name)") }
        return member
    }

    /// A consistent list of the stage.
    mutating func listing() -> MemberListOutcome {
        version += 1
        return .listed(members, version: .init("\(version)"))
    }

    /// Tells the machine of the stage.
    mutating func observe() -> [Effect] {
        version += 1
        return answered(machine.membersObserved(members, version: .init("\(version)"), at: now))
    }

    /// A member's probes come to a verdict, or speak against it.
    ///
    /// `start`: when the last probe began; nil: now.
    mutating func health(
        _ name: String,
        _ health: Health,
        isContradicted: Bool = false,
        from start: MonotonicTime? = nil
    ) -> [Effect] {
        let id = member(name).id
        var known = evidence[id] ?? HealthEvidence(since: now)
        switch health {
        case .unknown: known.forgotten(at: now)
        case .healthy where isContradicted, .unhealthy where !isContradicted: known.failed(from: start ?? now, at: now)
        case .healthy, .unhealthy: known.succeeded(from: start ?? now, at: start ?? now)
        }
        if known.health != health { known.became(health, at: now) }
        return hear(known, of: id)
    }

    /// A probe that was asked for ends as the verdict says.
    ///
    /// `time`: when a success was had, or when a probe that failed began; nil: now.
    mutating func probed(_ name: String, _ verdict: ProbeVerdict, from time: MonotonicTime? = nil) -> [Effect] {
        let id = member(name).id
        var known = evidence[id] ?? HealthEvidence(since: now)
        switch verdict {
        case .success: known.succeeded(from: time ?? now, at: time ?? now)
        case .failure: known.failed(from: time ?? now, at: now)
        case .noResult: break
        }
        return hear(known, of: id)
    }

    private mutating func hear(_ known: HealthEvidence, of id: Member.ID) -> [Effect] {
        evidence[id] = known
        return answered(machine.memberProbed(id, known, at: now))
    }

    /// The effects, and what follows from the probes among them.
    mutating func answered(_ effects: [Effect]) -> [Effect] {
        note(effects)
        return answersProbes ? effects + answer(probesIn: effects) : effects
    }

    private mutating func note(_ effects: [Effect]) {
        for case .startTimer(let id, let at) in effects { timers[id] = at }
    }

    private mutating func answer(probesIn effects: [Effect]) -> [Effect] {
        effects.flatMap { effect -> [Effect] in
            guard case .probe(let id, _) = effect, let member = members.first(where: { $0.id == id }) else { return [] }
            return probed(member.name, machine.view.health(of: id) == .healthy ? .success : .failure)
        }
    }

    /// Starts the machine with a record (nil: none) and all members in `healthy` healthy.
    mutating func start(record: GroupRecord?, healthy: [String] = []) -> [Effect] {
        guard case .readRecord(let id) = machine.started().first else { return [] }
        lease = record.map { stored($0) }
        var effects = answered(machine.recordRead(id, lease.map { .found($0) } ?? .absent, at: now))
        effects += observe()
        if !slices.families.isEmpty { effects += observeSlices() }
        for name in healthy { effects += health(name, .healthy) }
        return effects
    }

    func stored(_ record: GroupRecord, version: String = "7") -> StoredRecord {
        StoredRecord(record: record, version: .init(uid: "lease", version: .init(version)))
    }

    func record(
        _ name: String?,
        epoch: Int = 1,
        origin: GroupRecord.Origin = .adopted,
        writer: String = "me"
    ) -> GroupRecord {
        GroupRecord(
            holder: name.map { .init(name: $0, id: .init("uid-\($0)")) },
            epoch: Epoch(epoch),
            origin: origin,
            writer: writer,
            reason: ""
        )
    }

    /// Somebody else writes the record, and the informer shows it.
    mutating func annotate(_ change: (inout GroupRecord) -> Void) -> [Effect] {
        rewrite(change)
        return observeRecord()
    }

    /// Somebody else writes the record, and the machine does not hear of it.
    mutating func rewrite(_ change: (inout GroupRecord) -> Void) {
        guard var record = lease?.record ?? machine.record?.record else { return }
        change(&record)
        version += 1
        lease = stored(record, version: "\(version)")
    }

    /// A write of the record is carried out, and nobody hears of it yet.
    mutating func store(_ record: GroupRecord) {
        version += 1
        lease = stored(record, version: "\(version)")
    }

    /// Somebody deletes the record.
    mutating func loseLease() { lease = nil }

    /// The informer shows the record.
    mutating func observeRecord() -> [Effect] { answered(machine.recordObserved(lease, at: now)) }

    /// Fires the timers that were started, by these effects or before, and are due.
    mutating func fireTimers(_ effects: [Effect] = []) -> [Effect] {
        note(effects)
        let due = timers.filter { $0.value <= now }.sorted { ($0.value, $0.key.number) < ($1.value, $1.key.number) }
        return due.flatMap { id, _ -> [Effect] in
            timers[id] = nil
            return answered(machine.timerFired(id, at: now))
        }
    }

    /// Answers every outstanding operation as an API server without faults would, until nothing is outstanding.
    ///
    /// - Returns: the roles written, in order, as `a=active@2`.
    mutating func settle(_ effects: [Effect], _ hear: (Effect) -> Void = { _ in }) -> [String] {
        var queue = effects
        var writes: [String] = []
        while !queue.isEmpty {
            let effect = queue.removeFirst()
            note([effect])
            hear(effect)
            if case .writeRole(_, let write) = effect {
                writes.append("\(write.member.name)=\(write.role.rawValue)@\(write.epoch)")
            }
            if holds(effect) { held.append(effect) } else { queue += follow(effect) }
            if queue.count + writes.count > 1000 {
                preconditionFailure("the machine turns in circles: \(effect.words)")
            }
        }
        return writes
    }

    /// Answers every outstanding operation, and tells everything that the machine wanted done, in order.
    mutating func play(_ effects: [Effect]) -> [String] {
        var story: [String] = []
        _ = settle(effects) { story.append($0.words) }
        return story
    }

    /// Goes on after the operations that were held, which end as `answer` says.
    mutating func release(_ answer: (inout GroupScript, Effect) -> [Effect] = { $0.follow($1) }) -> [Effect] {
        let effects = held
        held = []
        holds = { _ in false }
        return effects.flatMap { answer(&self, $0) }
    }

    /// Answers one operation as an API server without faults would.
    ///
    /// - Returns: what the machine makes of the answer.
    mutating func follow(_ effect: Effect) -> [Effect] {
        switch effect {
        case .readRecord(let id):
            return machine.recordRead(id, lease.map { .found($0) } ?? .absent, at: now)
        case .writeRecord(let id, var record, _, _):
            guard machine.turnCame(id, at: now) else { return machine.recordWritten(id, .notSent, at: now) }
            version += 1
            // A Lease keeps durations in another precision.
            for index in record.history.indices {
                if let duration = record.history[index].duration {
                    record.history[index].duration = duration + .nanoseconds(1)
                }
            }
            lease = stored(record, version: "\(version)")
            return machine.recordWritten(id, lease.map { .written($0) } ?? .conflict, at: now)
        case .listMembers(let id): return machine.membersListed(id, listing(), at: now)
        case .readMember(let id, let name):
            let found = members.first { $0.name == name }
            return machine.memberRead(id, found.map { .found($0) } ?? .gone, at: now)
        case .readOutgoing(let id, let pod, _):
            let found = members.first { $0.name == pod.name }
            return machine.memberRead(id, found.map { .found($0) } ?? .gone, at: now)
        case .writeRole(let id, let write) where failing.contains(write.member.name):
            return machine.roleWritten(id, .failed(OperationFailure("500")), at: now)
        case .writeRole(let id, let write) where uncalled.contains(write.member.name):
            return machine.roleWritten(id, .refused(OperationFailure("failed calling webhook")), at: now)
        case .writeRole(let id, let write) where denied.contains(write.member.name):
            return machine.roleWritten(id, .refused(OperationFailure("denied", isLasting: true)), at: now)
        case .writeRole(let id, let write):
            place(write.member.name, write.role, epoch: write.epoch.number) { [write] member in
                let kept = member.version
                member = write.member
                member.role = write.role
                member.epoch = write.epoch
                member.isRelabelDue = false
                if write.member.deletionCost == .due { member.deletionCost = .told }
                member.version = kept
            }
            return machine.roleWritten(id, .written(member(write.member.name)), at: now)
        case .tryRole(let id, let write):
            let isDenied = denied.contains(write.member.name)
            let denial = OperationFailure("denied", isLasting: true)
            return machine.roleTried(id, isDenied ? .refused(denial) : .notRefused, at: now)
        case .settleEndpoints(let id, _): return machine.endpointsSettled(id, at: now)
        case .writeEndpoints, .readEndpoints: return followSlices(effect)
        case .runHook(let id, let call):
            guard machine.turnCame(id, at: now) else { return machine.hookRan(id, .notSent, at: now) }
            return machine.hookRan(id, hookOutcomes[call.pod] ?? .succeeded, at: now)
        case .deletePod(let id, let pod):
            return machine.turnCame(id, at: now) ? delete(pod, as: id) : machine.podDeleted(id, .notSent, at: now)
        case .probe: return answer(probesIn: [effect])
        case .forgetHealth, .askOpinions, .askScores, .startTimer, .startBackoff, .report: return []
        }
    }
}
