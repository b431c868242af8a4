/// Brings one role and epoch onto one pod, through conflicts, unknown outcomes and retries.
///
/// Each write names the pod's uid and version, and is made only of a version whose epoch is not above the assignment's.
struct RoleAssignment: Sendable, Hashable {
    /// Where the assignment stands.
    enum Stage: Sendable, Hashable {
        /// The write was sent.
        case writing(OperationID)
        /// The outcome of a write was a conflict or unknown: the pod is being read.
        case reading(OperationID)
        /// The last operation failed: waiting before the pod is read.
        case backingOff(OperationID)
        /// The pod carries the role and the epoch.
        case acknowledged
        /// The pod is gone, or another one has its name.
        case gone
        /// The API server accepted the write and stored something else: an admission webhook undoes it.
        case altered
        /// The pod carries a higher epoch: this assignment is void.
        case superseded
    }

    /// What the assignment is for.
    enum Purpose: Sendable, Hashable {
        /// A step of a switch: nothing but the role and the epoch will do.
        case step
        /// A label is set right; if that does not last, it is decided anew.
        case repair
        /// The member is to keep the role that it has, and only its labels are written anew.
        case relabelling
        /// A pod that left the members is not to stay active; what else it carries is not ours.
        ///
        /// `isSure`: what it shows is what it is; else a write of ours may still make it active, and has to be overtaken.
        case departure(isSure: Bool)
    }

    /// The role that the pod is to carry.
    let role: Role
    /// Written beside the role; a pod with a higher one makes this assignment void.
    let epoch: Epoch
    /// Of each of its writes, retries included.
    let urgency: WriteUrgency
    private let purpose: Purpose
    /// The newest version known.
    private(set) var member: Member
    /// Where it stands after the last answer.
    private(set) var stage: Stage
    private var failedAttempts = 0
    /// Lasting denials of the write so far.
    private(set) var refusals = 0
    /// When it was denied first; nil: it was not.
    private(set) var refusedSince: MonotonicTime?
    /// Whether the role was written, and not found.
    private(set) var wasWritten = false
    /// Whether the pod was active since the assignment began, or may have been: it was found so, or at another epoch than it had.
    private(set) var mayHaveBeenActive = false
    /// Why it was denied last.
    private(set) var refusal: OperationFailure?

    /// Begins with a write, unless the member shows that none is needed or allowed.
    init(
        _ role: Role,
        at epoch: Epoch,
        on member: Member,
        purpose: Purpose = .step,
        urgency: WriteUrgency,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        self.role = role
        self.purpose = purpose
        self.urgency = urgency
        self.epoch = epoch
        self.member = member
        self.stage = .acknowledged
        memberKnown(member, ids: &ids, effects: &effects)
    }

    /// Whether an operation did not succeed, so that this took longer than it has to.
    var wasHeldUp: Bool { failedAttempts > 0 }

    /// Whether the API server denied the write, as far as is known still does, and nothing is on its way.
    var isRefused: Bool {
        if case .backingOff = stage { refusal != nil } else { false }
    }

    /// Whether it failed again and again, whatever became of it.
    var isFailing: Bool { failedAttempts >= Self.manyFailures }

    private static let manyFailures = 3

    /// Begins with a read of a pod that the record names and that is no member; it stays as it is unless it is active with an
    /// epoch of ours.
    init(
        demoting holder: GroupRecord.Holder,
        at epoch: Epoch,
        urgency: WriteUrgency,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        role = .passive
        purpose = .departure(isSure: true)
        self.urgency = urgency
        self.epoch = epoch
        member = Member(id: holder.id ?? .init(""), name: holder.name, version: ObjectVersion(""))
        stage = .acknowledged
        read(ids: &ids, effects: &effects)
    }

    /// Whether it concerns a pod that left the members.
    var isDeparture: Bool { if case .departure = purpose { true } else { false } }

    /// Whether nothing is outstanding any more and the pod cannot be in another role by an older write.
    var isSettled: Bool { stage == .acknowledged || stage == .gone }

    /// Whether this assignment waits for `id`.
    func awaits(_ id: OperationID) -> Bool {
        switch stage {
        case .writing(let awaited), .reading(let awaited), .backingOff(let awaited): awaited == id
        case .acknowledged, .gone, .altered, .superseded: false
        }
    }

    /// Takes in how its write ended; it is tried again unless the role is stored or the pod is gone.
    mutating func written(
        _ outcome: RoleWriteOutcome,
        at now: MonotonicTime,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        refusal = nil
        switch outcome {
        case .written(let stored):
            member = stored
            stage = .acknowledged
            wasWritten = true
            if stored.role != role || stored.epoch != epoch {
                alteredWhileStored(at: now, ids: &ids, effects: &effects)
            }
        case .gone: stage = .gone
        case .conflict: read(ids: &ids, effects: &effects)
        case .refused(let failure):
            // A webhook that could not be called may be called a moment later.
            if failure.isLasting { refusals += 1 }
            denied(failure, at: now, ids: &ids, effects: &effects)
        case .notSent: memberKnown(member, ids: &ids, effects: &effects)
        case .failed(let failure): backOff(failure, during: "writing", ids: &ids, effects: &effects)
        }
    }

    private mutating func denied(
        _ failure: OperationFailure,
        at now: MonotonicTime,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        refusedSince = refusedSince ?? now
        refusal = failure
        backOff(failure, during: "writing", ids: &ids, effects: &effects)
    }

    private mutating func alteredWhileStored(at now: MonotonicTime, ids: inout OperationIDs, effects: inout [Effect]) {
        stage = .altered
        guard purpose == .step else { return }
        refusals += 1
        let words = "the API server stored another role or epoch than was written: a webhook changes it"
        denied(OperationFailure(words), at: now, ids: &ids, effects: &effects)
    }

    /// Takes in how its read ended; it writes again unless the pod has the role, is gone or has a higher epoch.
    mutating func read(_ outcome: MemberReadOutcome, ids: inout OperationIDs, effects: inout [Effect]) {
        switch outcome {
        case .found(let found) where found.id == member.id || member.id.uid.isEmpty:
            memberKnown(found, ids: &ids, effects: &effects)
        case .found, .gone, .ended: stage = .gone
        case .tooNew: backOff(nil, during: "reading", ids: &ids, effects: &effects)
        case .failed(let failure): backOff(failure, during: "reading", ids: &ids, effects: &effects)
        }
    }

    /// The wait is over, or the reason for it is.
    mutating func retryDue(ids: inout OperationIDs, effects: inout [Effect]) {
        guard case .backingOff = stage else { return }
        read(ids: &ids, effects: &effects)
    }

    private mutating func memberKnown(_ known: Member, ids: inout OperationIDs, effects: inout [Effect]) {
        let isChanged = known.epoch != member.epoch && known.epoch != epoch
        mayHaveBeenActive = mayHaveBeenActive || known.role == .active || isChanged
        member = known
        if let theirs = known.epoch, theirs > epoch {
            stage = .superseded
        } else if purpose == .departure(isSure: true), known.role != .active || known.epoch == nil {
            stage = .acknowledged
        } else if purpose == .relabelling, known.role != role {
            // Somebody gave it another role meanwhile: the rules decide anew, and nothing is written over that.
            stage = .acknowledged
        } else if known.role == role, known.epoch == epoch, !known.isRelabelDue {
            stage = .acknowledged
        } else {
            let id = ids.next()
            stage = .writing(id)
            effects.append(.writeRole(id, RoleWrite(member: known, role: role, epoch: epoch, urgency: urgency)))
        }
    }

    private mutating func read(ids: inout OperationIDs, effects: inout [Effect]) {
        let id = ids.next()
        stage = .reading(id)
        effects.append(.readMember(id, name: member.name))
    }

    /// `failure`: nil: nothing failed, it is only too early.
    private mutating func backOff(
        _ failure: OperationFailure?,
        during verb: String,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        let id = ids.next()
        stage = .backingOff(id)
        if failedAttempts == 0, let failure {
            effects.append(.report(.operationFailed("\(verb) pod \(member.name)", failure)))
        }
        effects.append(.startBackoff(id, attempt: failedAttempts, atLeast: failure?.retryAfter ?? .zero))
        failedAttempts += 1
    }
}
