/// What the machine wants done; the group's actor carries effects out in order and reports each outcome as an event.
package enum Effect: Sendable, Hashable {
    /// Read the group's Lease; answer with `recordRead`.
    case readRecord(OperationID)
    /// Create the group's Lease (`replacing` is nil) or replace exactly the version named; answer with `recordWritten`.
    case writeRecord(OperationID, GroupRecord, replacing: StoredRecord.Version?, urgency: WriteUrgency)
    /// List the group's pods consistently, from no cache; answer with `membersListed`.
    case listMembers(OperationID)
    /// Read one pod from no cache; answer with `memberRead`.
    case readMember(OperationID, name: String)
    /// Read a pod of just this uid from no cache, and if it is gone how it was at its end, after the version that was known; answer with
    /// `memberRead`.
    case readOutgoing(OperationID, OutgoingMember, since: ObjectVersion?)
    /// Write a role and its epoch on one pod; answer with `roleWritten`.
    case writeRole(OperationID, RoleWrite)
    /// Ask what would become of such a write, without making it; answer with `roleTried`.
    case tryRole(OperationID, RoleWrite)
    /// Write an EndpointSlice of ours; answer with `endpointsWritten`.
    case writeEndpoints(OperationID, EndpointsWrite)
    /// Read an EndpointSlice of ours from no cache; answer with `endpointsRead`.
    case readEndpoints(OperationID, AddressFamily)
    /// Answer with `endpointsSettled` when no EndpointSlice of the Service shows these members any more, or after
    /// a moment in any case.
    case settleEndpoints(OperationID, without: [Member])
    /// Delete a pod of just this uid; answer with `podDeleted`.
    case deletePod(OperationID, OutgoingMember)
    /// Run a hook, up to three times with a backoff between them; answer with `hookRan` in any case. `turnCame` says before each try
    /// whether the call is still wanted.
    case runHook(OperationID, HookCall)
    /// Answer with `timerFired` at this time.
    case startTimer(OperationID, at: MonotonicTime)
    /// Answer with `timerFired` after the backoff of this attempt (from 0) and not before `atLeast` has passed.
    case startBackoff(OperationID, attempt: Int, atLeast: Duration)
    /// Probe a member now, unless it is known to have succeeded since a time; answer with `memberProbed` in any case.
    case probe(Member.ID, unlessSucceededSince: MonotonicTime)
    /// Ask the standby replicas about a member, instead of what they were asked before; answer with `opinionsHeard`.
    case askOpinions(OpinionQuestion)
    /// Ask these members for their scores, in parallel; answer with `scoreAnswered` for each, within the policy's time.
    case askScores(OperationID, [Member.ID])
    /// Forget the results of a member's probes so far, and count anew.
    case forgetHealth(Member.ID)
    /// Report it, through logs, Events and metrics.
    case report(Report)
}

/// One write of a role: it must fail unless the pod is still of this uid and at this version.
package struct RoleWrite: Sendable, Hashable {
    /// The pod as it was when the write was decided; its `id` and `version` are the write's conditions.
    package var member: Member
    /// The value that the group's role label is to have.
    package var role: Role
    /// Written beside the role, to fence off older writes.
    package var epoch: Epoch
    /// Its place among the writes of all groups.
    package var urgency: WriteUrgency

    /// A write; the parameters are the properties.
    package init(member: Member, role: Role, epoch: Epoch, urgency: WriteUrgency) {
        self.member = member
        self.role = role
        self.epoch = epoch
        self.urgency = urgency
    }
}

extension Effect {
    /// The same; no Retry-After keeps a group waiting for longer than `longestUrgentPause` where something is urgent.
    ///
    /// An API server whose cache is not ready asks for up to 30 s, by how long it has not been, and not by how long it will be.
    var soon: Effect {
        guard case .startBackoff(let id, let attempt, let pause) = self else { return self }
        return .startBackoff(id, attempt: attempt, atLeast: min(pause, Self.longestUrgentPause))
    }

    /// Whether it would be another.
    var isLongPause: Bool {
        if case .startBackoff(_, _, let pause) = self { pause > Self.longestUrgentPause } else { false }
    }

    private static let longestUrgentPause: Duration = .seconds(5)
}

/// Names one outstanding operation or timer of a group; its completion brings the id back, and stale ids are ignored.
package struct OperationID: Sendable, Hashable {
    /// Counts up from 1 within a group's machine.
    package var number: Int

    /// `number`: at least 1.
    package init(number: Int) {
        self.number = number
    }
}

/// Hands out operation ids, each once.
struct OperationIDs: Sendable, Hashable {
    private var last = 0

    /// Counts up from 1; no number comes twice in the life of a machine.
    mutating func next() -> OperationID {
        last += 1
        return OperationID(number: last)
    }
}

/// Which of many groups' writes go first when not all can be under way at once: what has begun is finished before anything else
/// begins.
package enum WriteUrgency: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// The write that ends the time without an active member.
    case promotion
    /// The write that begins that time, and after which the promotion follows.
    case demotion
    /// What has to come before a demotion, once the move is announced.
    case seal
    /// The announcement of a move while nobody is active.
    case outage
    /// The announcement of a move away from a member that fails.
    case failing
    /// The announcement of a move that could be left out.
    case voluntary
    /// The record of a move that is made.
    case completion
    /// Repairs, answers, adoption.
    case upkeep

    package static func < (lhs: WriteUrgency, rhs: WriteUrgency) -> Bool { lhs.rawValue < rhs.rawValue }
}
