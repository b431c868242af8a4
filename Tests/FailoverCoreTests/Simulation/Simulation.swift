@testable import FailoverCore

/// Two supervisors, each with the real machine, on one group of three members: delayed, lost and reordered operations,
/// stale views, crashes, recreated pods, and writes of dead processes that land late.
struct Simulation {
    private var random: SeededGenerator
    private var store = SimulatedStore()
    private var supervisors: [SimulatedSupervisor] = []
    /// Writes of crashed processes that may still land.
    private var orphans: [Effect] = []
    /// Snapshots that an informer may still show.
    private var snapshots: [(members: [Member], version: Int)] = []
    private var now = MonotonicTime(nanoseconds: 0)
    private var processes = 0
    private let policy: GroupPolicy
    private(set) var steps = 0
    private(set) var faults = 0
    private(set) var moves = 0

    init(seed: UInt64, policy: GroupPolicy, checksVersions: Bool = true) {
        random = SeededGenerator(seed: seed)
        store.checksVersions = checksVersions
        self.policy = policy
        for name in ["a", "b", "c"] { store.recreate(name) }
        for _ in 0..<2 { supervisors.append(newProcess()) }
    }

    var mostActive: Int { store.mostActive }
    var actives: [Member] { store.actives }

    private mutating func newProcess() -> SimulatedSupervisor {
        processes += 1
        return SimulatedSupervisor(policy: policy, identity: "process-\(processes)")
    }

    // MARK: Steps

    /// One random step, faults included.
    mutating func step() {
        steps += 1
        now = now + .milliseconds(Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: carryOut(Int.random(in: 0..<2, using: &random), mayFail: true)
        case 40..<60: deliver(Int.random(in: 0..<2, using: &random))
        case 60..<75: observe(Int.random(in: 0..<2, using: &random), mayBeStale: true)
        case 75..<85: fireTimers(Int.random(in: 0..<2, using: &random))
        case 85..<92: changeHealth(Int.random(in: 0..<2, using: &random))
        default: breakSomething()
        }
    }

    /// No more faults: everything is delivered in order until nothing is outstanding.
    mutating func calm() {
        orphans = []
        for member in store.members {
            if member.lifecycle != .running { store.recreate(member.name) }
            store.change(member.name) { $0.hasAddress = true }
        }
        for _ in 0..<400 {
            now = now + .milliseconds(100)
            for index in 0..<2 {
                observe(index, mayBeStale: false)
                for member in store.members { report(index, member, .healthy) }
                fireTimers(index)
                while !supervisors[index].outbox.isEmpty { carryOut(index, mayFail: false) }
                while !supervisors[index].inbox.isEmpty { deliver(index) }
            }
        }
    }

    // MARK: Operations

    private mutating func carryOut(_ index: Int, mayFail: Bool) {
        guard !supervisors[index].outbox.isEmpty else { return }
        let position = mayFail ? Int.random(in: 0..<supervisors[index].outbox.count, using: &random) : 0
        let effect = supervisors[index].outbox.remove(at: position)
        if mayFail, random.once(in: 12) {
            faults += 1
            // The request is lost, or only its answer; a lost one may still land later.
            if random.once(in: 2) { orphans.append(effect) } else { _ = answer(effect) }
            return fail(index, effect)
        }
        if let event = answer(effect) { supervisors[index].inbox.append(event) }
    }

    private mutating func answer(_ effect: Effect) -> ((inout GroupStateMachine, MonotonicTime) -> [Effect])? {
        switch effect {
        case .readRecord(let id):
            let outcome = store.lease.map { RecordReadOutcome.found($0) } ?? .absent
            return { $0.recordRead(id, outcome, at: $1) }
        case .writeRecord(let id, let record, let version):
            let outcome = store.write(record, replacing: version)
            if case .written = outcome, record.origin == .intended { moves += 1 }
            return { $0.recordWritten(id, outcome, at: $1) }
        case .listMembers(let id):
            let outcome = MemberListOutcome.listed(store.members, version: .init("\(store.version)"))
            return { $0.membersListed(id, outcome, at: $1) }
        case .readMember(let id, let name):
            let outcome = store.pods[name].map { MemberReadOutcome.found($0) } ?? .gone
            return { $0.memberRead(id, outcome, at: $1) }
        case .writeRole(let id, let write):
            let outcome = store.write(write)
            snapshots.append((store.members, store.version))
            return { $0.roleWritten(id, outcome, at: $1) }
        case .startTimer, .startBackoff, .report: return nil
        }
    }

    private mutating func fail(_ index: Int, _ effect: Effect) {
        let failure = OperationFailure("lost")
        let event: ((inout GroupStateMachine, MonotonicTime) -> [Effect])? =
            switch effect {
            case .readRecord(let id): { $0.recordRead(id, .failed(failure), at: $1) }
            case .writeRecord(let id, _, _): { $0.recordWritten(id, .failed(failure), at: $1) }
            case .listMembers(let id): { $0.membersListed(id, .failed(failure), at: $1) }
            case .readMember(let id, _): { $0.memberRead(id, .failed(failure), at: $1) }
            case .writeRole(let id, _): { $0.roleWritten(id, .failed(failure), at: $1) }
            case .startTimer, .startBackoff, .report: nil
            }
        if let event { supervisors[index].inbox.append(event) }
    }

    private mutating func deliver(_ index: Int) {
        guard !supervisors[index].inbox.isEmpty else { return }
        let event = supervisors[index].inbox.removeFirst()
        let effects = event(&supervisors[index].machine, now)
        supervisors[index].take(effects, at: now)
    }

    // MARK: The world

    private mutating func observe(_ index: Int, mayBeStale: Bool) {
        snapshots.append((store.members, store.version))
        if snapshots.count > 8 { snapshots.removeFirst() }
        let shown = mayBeStale ? snapshots.randomElement(using: &random) : snapshots.last
        guard let shown else { return }
        let effects = supervisors[index].machine.membersObserved(
            shown.members,
            version: .init("\(shown.version)"),
            at: now
        )
        supervisors[index].take(effects, at: now)
    }

    private mutating func report(_ index: Int, _ member: Member, _ health: Health) {
        let effects = supervisors[index].machine.healthChanged(member.id, to: health, at: now)
        supervisors[index].take(effects, at: now)
    }

    private mutating func changeHealth(_ index: Int) {
        guard let member = store.members.randomElement(using: &random) else { return }
        report(index, member, Health.allCases.randomElement(using: &random) ?? .unknown)
    }

    private mutating func fireTimers(_ index: Int) {
        let due = supervisors[index].timers.filter { $0.at <= now }
        supervisors[index].timers.removeAll { $0.at <= now }
        for timer in due {
            let effects = supervisors[index].machine.timerFired(timer.id, at: now)
            supervisors[index].take(effects, at: now)
        }
    }

    private mutating func breakSomething() {
        faults += 1
        let name = ["a", "b", "c"].randomElement(using: &random) ?? "a"
        switch Int.random(in: 0..<8, using: &random) {
        case 0: store.recreate(name)
        case 1: store.change(name) { $0.lifecycle = .terminating }
        case 2: store.change(name) { $0.isReady.toggle() }
        case 3, 4: crash(Int.random(in: 0..<2, using: &random))
        case 5:
            if !orphans.isEmpty { _ = answer(orphans.remove(at: Int.random(in: 0..<orphans.count, using: &random))) }
        case 6: if random.once(in: 4) { store.deleteLease() }
        default: store.change(name) { $0.hasAddress.toggle() }
        }
    }

    /// The process dies; what it has sent may still land.
    private mutating func crash(_ index: Int) {
        orphans += supervisors[index].outbox
        supervisors[index] = newProcess()
    }
}
