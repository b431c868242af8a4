/// Brings one slice to show one member, or nobody, at an epoch, through conflicts, unknown outcomes and retries.
///
/// Each write names the version of the slice that it replaces, and replaces none whose epoch is above the assignment's. Between an
/// answer and the next write others may decide anew: a write that is due is only made when it is asked for.
struct EndpointsAssignment: Sendable, Hashable {
    /// Where the assignment stands.
    enum Stage: Sendable, Hashable {
        /// The slice is known, and is to be written.
        case due
        /// The write was sent.
        case writing(OperationID)
        /// The outcome of a write was a conflict or unknown: the slice is being read.
        case reading(OperationID)
        /// The last operation failed: waiting before the slice is read.
        case backingOff(OperationID)
        /// The slice shows what it is to show.
        case acknowledged
        /// The slice carries a higher epoch: this assignment is void.
        case superseded
    }

    /// A write of unknown outcome.
    private struct Unknown: Sendable, Hashable {
        /// That which it replaces; nil: it creates the slice.
        var version: ObjectVersion?
    }

    /// The member that is to get all traffic; nil: nobody.
    let ready: Member.ID?
    /// Written beside it; a slice with a higher one makes this assignment void.
    let epoch: Epoch
    /// Of each of its writes, retries included.
    let urgency: WriteUrgency
    /// That of the move which it begins; nil: the record announced it.
    let announcement: EndpointsWrite.Announcement?
    /// The newest version known.
    private(set) var slice: PublishedSlice
    /// Where it stands after the last answer.
    private(set) var stage: Stage
    /// Who was to be shown as draining by the last write.
    private var draining: Set<Member.ID> = []
    /// How often an operation did not succeed, in a row.
    private(set) var failedAttempts: Int
    /// Whether a write of it may have been stored, or was, or may still be.
    var mayHaveLanded: Bool { isSent || unknown != nil || wasWritten }
    /// Whether a write that is not waited for any more may still be stored.
    var isOutcomeUnknown: Bool { unknown != nil }
    private var isSent = false
    private var wasWritten = false
    /// What a write of unknown outcome named: it may still land while the slice is at that version; nil: there is none.
    private var unknown: Unknown?
    /// Why it was denied last; nil: it was not, or is not any more.
    private(set) var refusal: OperationFailure?
    /// Whether an operation did not succeed, so that this took longer than it has to.
    private(set) var wasHeldUp = false

    /// A slice that is to show `ready` as its only ready endpoint.
    ///
    /// `isDue`: it is to be written although it does: who else is shown changes. `failures`: how often that failed before.
    init(
        _ ready: Member.ID?,
        at epoch: Epoch,
        on slice: PublishedSlice,
        urgency: WriteUrgency,
        announcing announcement: EndpointsWrite.Announcement? = nil,
        isDue: Bool = false,
        after failures: Int = 0
    ) {
        failedAttempts = failures
        self.announcement = announcement
        self.ready = ready
        self.epoch = epoch
        self.urgency = urgency
        self.slice = slice
        stage = .due
        known(slice)
        if isDue, stage == .acknowledged { stage = .due }
    }

    /// Whether the API server denied the write, as far as is known still does, and nothing is on its way.
    var isRefused: Bool {
        if case .backingOff = stage { refusal != nil } else { false }
    }

    /// Whether this assignment waits for `id`.
    func awaits(_ id: OperationID) -> Bool {
        switch stage {
        case .writing(let awaited), .reading(let awaited), .backingOff(let awaited): awaited == id
        case .due, .acknowledged, .superseded: false
        }
    }

    /// Writes the slice, if that is due.
    ///
    /// `draining`: the members that are to be shown as serving and terminating.
    mutating func write(draining: Set<Member.ID>, ids: inout OperationIDs, effects: inout [Effect]) {
        guard stage == .due else { return }
        let id = ids.next()
        stage = .writing(id)
        isSent = true
        self.draining = draining
        var write = EndpointsWrite(slice: slice, ready: ready, draining: draining, epoch: epoch, urgency: urgency)
        write.announcement = announcement
        effects.append(.writeEndpoints(id, write))
    }

    /// Takes in how its write ended.
    mutating func written(_ outcome: EndpointsWriteOutcome, ids: inout OperationIDs, effects: inout [Effect]) {
        refusal = nil
        isSent = false
        switch outcome {
        case .written(let stored):
            wasWritten = true
            known(stored)
            if stage == .due || !stored.draining.isSubset(of: draining) { altered(ids: &ids, effects: &effects) }
        case .conflict:
            wasHeldUp = true
            read(ids: &ids, effects: &effects)
        case .notSent: known(slice)
        case .withheld(.failed(let failure)):
            backOff(failure, during: "reading the record for", ids: &ids, effects: &effects)
        case .withheld:
            wasHeldUp = true
            known(slice)
        case .refused(let failure): denied(failure, ids: &ids, effects: &effects)
        case .failed(let failure):
            unknown = Unknown(version: slice.version)
            backOff(failure, during: "writing", ids: &ids, effects: &effects)
        }
    }

    /// Takes in how its read ended.
    mutating func read(_ outcome: EndpointsReadOutcome, ids: inout OperationIDs, effects: inout [Effect]) {
        switch outcome {
        case .found(let found):
            known(found)
            if isAnothers(found) { stage = .superseded }
        case .failed(let failure): backOff(failure, during: "reading", ids: &ids, effects: &effects)
        }
    }

    /// The wait is over, or the reason for it is.
    mutating func retryDue(ids: inout OperationIDs, effects: inout [Effect]) {
        guard case .backingOff = stage else { return }
        read(ids: &ids, effects: &effects)
    }

    /// Whether somebody else leads elsewhere at the same epoch, for none was announced that it would be alone in having.
    private func isAnothers(_ found: PublishedSlice) -> Bool {
        announcement != nil && found.epoch == epoch && !found.ready.subtracting([ready].compactMap(\.self)).isEmpty
    }

    private mutating func known(_ newest: PublishedSlice) {
        slice = newest
        if let before = unknown, before.version != newest.version { unknown = nil }
        let isOld = newest.epoch.map { $0 < epoch } ?? true
        if let theirs = newest.epoch, theirs > epoch {
            stage = .superseded
        } else if newest.shows(ready), !isOld || newest.version == nil {
            stage = .acknowledged
        } else {
            stage = .due
        }
    }

    private mutating func read(ids: inout OperationIDs, effects: inout [Effect]) {
        let id = ids.next()
        stage = .reading(id)
        effects.append(.readEndpoints(id, slice.family))
    }

    private mutating func altered(ids: inout OperationIDs, effects: inout [Effect]) {
        let words = "the API server stored other endpoints than were written: a webhook changes them"
        denied(OperationFailure(words), ids: &ids, effects: &effects)
    }

    private mutating func denied(_ failure: OperationFailure, ids: inout OperationIDs, effects: inout [Effect]) {
        refusal = failure
        backOff(failure, during: "writing", ids: &ids, effects: &effects)
    }

    private mutating func backOff(
        _ failure: OperationFailure,
        during verb: String,
        ids: inout OperationIDs,
        effects: inout [Effect]
    ) {
        wasHeldUp = true
        let id = ids.next()
        stage = .backingOff(id)
        if failedAttempts == 0 {
            let words = "\(verb) the \(slice.family.rawValue) EndpointSlice"
            effects.append(.report(.operationFailed(words, failure)))
        }
        effects.append(.startBackoff(id, attempt: failedAttempts, atLeast: failure.retryAfter))
        failedAttempts += 1
    }
}

extension PublishedSlice {
    /// Whether it sends all traffic to this member or, if that is nil or has no address of the family, none to anybody.
    func shows(_ member: Member.ID?) -> Bool {
        ready == Set([shown(member)].compactMap(\.self)) && !hasStrangers && isFaithful
    }

    /// The member, if the slice can show it.
    private func shown(_ member: Member.ID?) -> Member.ID? {
        member.flatMap { reachable.contains($0) ? $0 : nil }
    }
}
