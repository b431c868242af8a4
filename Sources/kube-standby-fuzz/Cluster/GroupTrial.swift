import FailoverCore
import KubernetesClient
import Repeatable

/// Lets one group decide on members and a record that somebody made up, against an API server that does what it is told.
struct GroupTrial {
    /// Effects that are carried out at most; a machine that has more to do than this turns in circles.
    private static let patience = 400

    private var machine: GroupStateMachine
    private var members: [Member]
    private var record: StoredRecord?
    private var trackers: [Member.ID: HealthTracker] = [:]
    private var random: SeededGenerator
    private var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private var version = 1_000_000
    /// A server's versions only ever rise: longer than any that an input can claim to have had from it.
    private static let longPrefix = String(repeating: "9", count: 400)
    private let opinions: [OpinionAnswer]
    private let lease: (GroupRecord) -> Lease

    /// `opinions`: what standbys answer; `lease`: what a record is written as.
    init(
        _ members: [Member],
        _ record: StoredRecord?,
        _ opinions: [OpinionAnswer],
        random: SeededGenerator,
        lease: @escaping (GroupRecord) -> Lease
    ) {
        // Who is answered had asked.
        let policy = GroupPolicy(secondOpinion: opinions.isEmpty ? nil : SecondOpinion(from: [.replica, .kubelet]))
        machine = GroupStateMachine(policy: policy, identity: "fuzz", mark: 0)
        self.opinions = opinions
        // Of one uid there is one pod.
        self.members = Dictionary(members.map { ($0.id, $0) }) { $1 }.values.sorted { $0.id.uid < $1.id.uid }
        self.record = record
        self.random = random
        self.lease = lease
    }

    /// Starts the group, lets members fail and recover, shows the record again.
    ///
    /// - Throws: what must hold and does not.
    mutating func run() throws(Trial.Broken) {
        try carryOut(machine.started())
        try carryOut(observed())
        for member in members {
            try carryOut(probed(member.id, .success))
        }
        for _ in 0..<3 {
            now = now + .seconds(Int.random(in: 0...20, using: &random))
            guard let member = members.randomElement(using: &random) else { break }
            let verdict: ProbeVerdict = [.success, .failure, .noResult].randomElement(using: &random) ?? .noResult
            try carryOut(probed(member.id, verdict))
            try carryOut(machine.recordObserved(record, isRelist: Bool.random(using: &random), at: now))
            try carryOut(heard())
            try carryOut(observed())
        }
    }

    private mutating func nextVersion() -> ObjectVersion {
        version += 1
        return ObjectVersion(Self.longPrefix + "\(version)")
    }

    /// A member's probe ended.
    private mutating func probed(_ id: Member.ID, _ verdict: ProbeVerdict) -> [Effect] {
        let fresh = HealthTracker(thresholds: HealthThresholds(failure: 1, success: 1), since: now)
        var tracker = trackers[id] ?? fresh
        now = now + .milliseconds(1)
        _ = tracker.probeFinished(verdict, from: now, at: now)
        trackers[id] = tracker
        return machine.memberProbed(id, tracker.evidence, at: now)
    }

    /// Standbys answer what is asked now, whatever they were asked.
    private mutating func heard() -> [Effect] {
        guard let question = machine.question else { return [] }
        let answers = opinions.map { answer in
            var answer = answer
            answer.question = question.id
            return answer
        }
        return machine.opinionsHeard(answers, standbys: answers.count, at: now)
    }

    private mutating func observed() -> [Effect] {
        machine.membersObserved(members, version: nextVersion(), at: now)
    }

    private mutating func carryOut(_ effects: [Effect]) throws(Trial.Broken) {
        var queue = effects[...]
        var left = Self.patience + 20 * members.count
        while let effect = queue.popFirst() {
            left -= 1
            if left == 0 { throw Trial.Broken(description: "the group turns in circles, last with \(effect)") }
            queue += try carryOut(effect)
        }
    }

    private mutating func carryOut(_ effect: Effect) throws(Trial.Broken) -> [Effect] {
        switch effect {
        case .readRecord(let id): return machine.recordRead(id, record.map { .found($0) } ?? .absent, at: now)
        case .writeRecord(let id, let next, _, _):
            try check(lease(next))
            record = StoredRecord(record: next, version: .init(uid: "l", version: nextVersion()))
            return record.map { machine.recordWritten(id, .written($0), at: now) } ?? []
        case .listMembers(let id): return machine.membersListed(id, .listed(members, version: nextVersion()), at: now)
        case .readMember(let id, let name):
            let found = members.first { $0.name == name }
            return machine.memberRead(id, found.map { .found($0) } ?? .gone, at: now)
        case .readOutgoing(let id, let pod, _):
            let found = members.first { $0.name == pod.name }
            return machine.memberRead(id, found.map { .found($0) } ?? .gone, at: now)
        case .writeRole(let id, let write): return machine.roleWritten(id, try written(write), at: now)
        case .tryRole(let id, _): return machine.roleTried(id, .notRefused, at: now)
        case .settleEndpoints(let id, _): return machine.endpointsSettled(id, at: now)
        case .deletePod(let id, _): return machine.podDeleted(id, .accepted, at: now)
        case .runHook(let id, _): return machine.hookRan(id, .succeeded, at: now)
        case .probe(let member, _):
            return probed(member, machine.view.health(of: member) == .healthy ? .success : .failure)
        case .startTimer(_, let end):
            if end.nanoseconds < now.nanoseconds { throw Trial.Broken(description: "a timer of the past") }
            return []
        case .startBackoff(_, _, let pause):
            if pause > .seconds(3600) { throw Trial.Broken(description: "a pause of \(pause)") }
            return []
        case .report(let report):
            if "\(report)".isEmpty { throw Trial.Broken(description: "a report has no words") }
            return []
        case .writeEndpoints, .readEndpoints: throw Trial.Broken(description: "a slice of ours in mode Label")
        case .forgetHealth, .askOpinions, .askScores: return []
        }
    }

    /// What the API server makes of a write; two active members by our own hand are what all of this is to prevent.
    private mutating func written(_ write: RoleWrite) throws(Trial.Broken) -> RoleWriteOutcome {
        guard Epoch.bounds.contains(write.epoch.number) else { throw Trial.Broken(description: "epoch \(write.epoch)") }
        guard let index = members.firstIndex(where: { $0.id == write.member.id }) else { return .gone }
        guard members[index].version == write.member.version else { return .conflict }
        if write.role == .active, members.contains(where: { $0.role == .active && $0.id != write.member.id }) {
            throw Trial.Broken(description: "\(write.member.name) is promoted beside another active member")
        }
        members[index].role = write.role
        members[index].epoch = write.epoch
        members[index].version = nextVersion()
        return .written(members[index])
    }

    private func check(_ lease: Lease) throws(Trial.Broken) {
        guard let count = lease.spec?.leaseTransitions, Epoch.bounds.contains(count) else {
            throw Trial.Broken(description: "leaseTransitions \(lease.spec?.leaseTransitions ?? -1)")
        }
        let annotations = lease.metadata.annotations ?? [:]
        let size = annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > 262_144 { throw Trial.Broken(description: "annotations of \(size) bytes") }
    }
}
