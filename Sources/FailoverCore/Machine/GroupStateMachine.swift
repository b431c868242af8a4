/// Decides for one group: events in, ordered effects out.
///
/// It performs no I/O, reads no clock and knows no randomness; the same events give the same effects. It is
/// level-triggered: when nothing is outstanding it derives the decision from configuration, members, health, record and
/// time alone.
package struct GroupStateMachine: Sendable, Hashable {
    /// What the machine is waiting for.
    enum Phase: Sendable, Hashable {
        /// Not started.
        case initial
        /// The Lease is being read.
        case readingRecord(OperationID)
        /// Reading or writing the Lease failed; waiting before it is read.
        case backingOff(OperationID)
        /// Nothing of the record or of a switch is outstanding: the only phase in which decisions are made.
        case settled
        /// The Lease is being written without any pod: to name the member that is active already, or to answer an order.
        case recording(OperationID, adopting: Member?)
        /// A switch is on its way.
        case switching(SwitchProgress)
    }

    /// A timer that is running.
    struct WakeUp: Sendable, Hashable {
        var id: OperationID
        var at: MonotonicTime
    }

    /// The group's identity on records: unique for each supervisor process.
    let identity: String
    package internal(set) var policy: GroupPolicy
    package internal(set) var view = MemberView()
    /// The newest record known; nil before it was read, or if there is none.
    package internal(set) var record: StoredRecord?
    /// The highest epoch that any record had, so far as this process knows.
    var highestRecorded: Epoch?
    /// The newest record that the informer showed and that was not taken over yet.
    var observed: StoredRecord?
    /// Whether the informer showed that the record is gone, or was set back, since it was read.
    var isRecordInDoubt = false
    var phase: Phase = .initial
    var history = GroupHistory()
    var ids = OperationIDs()
    /// The passive role on members that lack a role or have one too many, and roles that are to be labelled anew.
    var repairs: [Member.ID: RoleAssignment] = [:]
    var repairBudget = RepairBudget()
    /// Members whose label was written anew, so that doing it again is a repair.
    var relabelled: Set<Member.ID> = []
    /// While the supervisor doubts its own probes.
    var suspension: Suspension?
    /// The pause on record that is under way, and when it ends; nil for an end: not by itself.
    var pause: PauseTimer?
    /// While a move waits for certainty.
    var confirmation: Confirmation?
    /// What the record does not say yet of the last move.
    var completion: Completion?
    /// The epoch up to which every member that another supervisor may have promoted is known to this one.
    var trustedEpoch: Epoch?
    /// The highest pod epoch for which the record was read again already.
    var confirmedEpoch: Epoch?
    /// Operations on the record that failed in a row.
    var failedAttempts = 0
    /// The one timer that is running, so that timers cannot pile up.
    var wakeUp: WakeUp?
    /// The situation reported last; nil when it is over.
    var standingFinding: Decision.Finding?
    /// The move that was withheld last, because the group is paused.
    var withheldMove: Decision.Move?

    package init(policy: GroupPolicy, identity: String) {
        self.policy = policy
        self.identity = identity
    }

    /// The members whose label says active, by name.
    package var actives: [Member] { view.actives }

    /// Whether a switch is on its way, so that stopping now would leave it unfinished.
    package var isSwitching: Bool {
        if case .switching = phase { true } else { false }
    }

    // MARK: Events about the world

    /// The group begins to be supervised: its record is read.
    package mutating func started() -> [Effect] {
        guard case .initial = phase else { return [] }
        return readRecord()
    }

    /// The informer shows the group's pods as of `version`.
    package mutating func membersObserved(
        _ members: [Member],
        version: ObjectVersion,
        isRelist: Bool = false,
        at now: MonotonicTime
    ) -> [Effect] {
        let wasServed = isServed
        view.listed(members, version: version, isRelist: isRelist)
        let effects = membersChanged(at: now)
        return wasServed && !isServed ? effects + retryAll() : effects
    }

    /// Probes say something else of a member than before, or were asked for.
    package mutating func memberProbed(
        _ id: Member.ID,
        _ evidence: HealthEvidence,
        at now: MonotonicTime
    ) -> [Effect] {
        guard view.evidence(of: id) != evidence else { return [] }
        view.probed(id, evidence)
        if evidence.health == .healthy { history.sawHealthy() }
        return proceed(at: now)
    }

    /// The configuration changed; no role moves because of that alone.
    package mutating func policyChanged(_ policy: GroupPolicy, at now: MonotonicTime) -> [Effect] {
        let fenced = self.policy.fenced
        self.policy = policy
        self.policy.fenced = fenced
        return membersChanged(at: now)
    }

    /// The supervisor began to doubt its own probes: nothing moves because of them for a while.
    package mutating func automaticMovesSuspended(_ suspension: Suspension, at now: MonotonicTime) -> [Effect] {
        self.suspension = suspension
        return proceed(at: now)
    }

    /// The API server answers again: whatever waits for a retry is tried now.
    package mutating func connectionRestored(at now: MonotonicTime) -> [Effect] {
        retryAll()
    }

    /// Tries now whatever waits for a retry.
    private mutating func retryAll() -> [Effect] {
        if case .backingOff = phase { return readRecord() }
        return retryAssignments { _ in true } + retryListing { _ in true }
    }

    /// Whether a member is active and not finished.
    private var isServed: Bool { view.actives.contains { $0.lifecycle != .finished } }

    /// A timer or a backoff ran out.
    package mutating func timerFired(_ id: OperationID, at now: MonotonicTime) -> [Effect] {
        if wakeUp?.id == id {
            wakeUp = nil
            return proceed(at: now)
        }
        if case .backingOff(let awaited) = phase, awaited == id { return readRecord() }
        return retryAssignments { $0.awaits(id) } + retryListing { $0 == id }
    }

    // MARK: What the events have in common

    mutating func membersChanged(at now: MonotonicTime) -> [Effect] {
        history.membersChanged(view, under: policy, at: now)
        return proceed(at: now)
    }

    /// Goes as far as can be gone now.
    mutating func proceed(at now: MonotonicTime) -> [Effect] {
        switch phase {
        case .initial, .readingRecord, .backingOff, .recording: []
        case .settled: evaluate(at: now)
        case .switching(let progress): advance(progress, at: now)
        }
    }

    mutating func readRecord() -> [Effect] {
        let id = ids.next()
        isRecordInDoubt = false
        phase = .readingRecord(id)
        return [.readRecord(id)]
    }

    /// Waits before the record is read again.
    mutating func backOff(_ failure: OperationFailure, during action: String) -> [Effect] {
        let id = ids.next()
        phase = .backingOff(id)
        let report: [Effect] = failedAttempts == 0 ? [.report(.operationFailed(action, failure))] : []
        defer { failedAttempts += 1 }
        return report + bounded([.startBackoff(id, attempt: failedAttempts, atLeast: failure.retryAfter)])
    }

    /// While nobody is active, no Retry-After keeps the group waiting for longer than `longestPauseInOutage`.
    func bounded(_ effects: [Effect]) -> [Effect] {
        if isServed { return effects }
        return effects.map { effect in
            guard case .startBackoff(let id, let attempt, let pause) = effect else { return effect }
            return .startBackoff(id, attempt: attempt, atLeast: min(pause, Self.longestPauseInOutage))
        }
    }

    private static let longestPauseInOutage: Duration = .seconds(5)

    private mutating func retryAssignments(where isDue: (RoleAssignment) -> Bool) -> [Effect] {
        var effects: [Effect] = []
        forEachAssignment { assignment, ids in
            if isDue(assignment) { assignment.retryDue(ids: &ids, effects: &effects) }
        }
        return effects
    }

    private mutating func retryListing(where isDue: (OperationID) -> Bool) -> [Effect] {
        guard case .switching(var progress) = phase else { return [] }
        guard case .awaitingListing(let id, _) = progress.step, isDue(id) else { return [] }
        let next = ids.next()
        progress.step = .listing(next)
        phase = .switching(progress)
        return [.listMembers(next)]
    }

    /// Every assignment under way, of a switch and of repairs, each passed to `body` by reference.
    mutating func forEachAssignment(_ body: (inout RoleAssignment, inout OperationIDs) -> Void) {
        var ids = self.ids
        if case .switching(var progress) = phase {
            progress.forEachAssignment { body(&$0, &ids) }
            phase = .switching(progress)
        }
        for id in repairs.keys.sorted(by: { $0.uid < $1.uid }) {
            if var repair = repairs[id] {
                body(&repair, &ids)
                repairs[id] = repair
            }
        }
        self.ids = ids
    }
}
