/// What this machine knows of the epochs that are its own, and of the writes that it sent.
///
/// A run is what this machine itself wrote since its start with no foreign epoch between; it is never recognised by the
/// identity on a record. Within a run the members were listed once, and whoever carries an acknowledged write of it cannot be
/// changed any more by what another supervisor still has under way.
struct OwnRun: Sendable, Hashable {
    /// A write that was sent and is not answered.
    private struct Sent: Sendable, Hashable {
        var member: Member.ID
        var version: ObjectVersion
        var role: Role
        var epoch: Epoch
    }

    /// The first and the last epoch of the run; nil: there is none.
    private var epochs: ClosedRange<Epoch>?
    /// Whether the members were listed consistently after an intent of the run.
    private(set) var hasListed = false
    /// Members on which a write of the run was acknowledged.
    ///
    /// With the version that was stored: a member that is shown as it was before that is not known.
    private var sealed: [Member.ID: ObjectVersion] = [:]
    private var sent: [OperationID: Sent] = [:]
    /// The newest version that a write of unknown outcome carried, by member.
    ///
    /// It may still land while the pod is at that version or below, also after the switch and the run.
    private var unknown: [Member.ID: ObjectVersion] = [:]
    /// The same of writes of the active role.
    private var unknownPromotions: [Member.ID: ObjectVersion] = [:]
    /// The highest epoch at which this machine sent a promotion; nil: it sent none.
    private var promotedAt: Epoch?

    // MARK: Epochs

    /// Whether an epoch is of the run.
    func contains(_ epoch: Epoch) -> Bool { epochs?.contains(epoch) ?? false }

    /// Whether every epoch above one, up to the record's, is of the run.
    func beganRight(after epoch: Epoch) -> Bool { epochs.map { $0.lowerBound <= epoch.next } ?? false }

    /// A write of the record at a new epoch was acknowledged, in place of a record of epoch `previous` (nil: of none).
    mutating func recorded(_ epoch: Epoch, after previous: Epoch?) {
        if let epochs, epochs.upperBound == previous, epochs.upperBound.next == epoch {
            self.epochs = epochs.lowerBound...epoch
        } else {
            end()
            epochs = epoch...epoch
        }
    }

    /// The record is of an epoch, however that was learnt: one that this machine did not write ends the run.
    mutating func saw(_ epoch: Epoch?) {
        if let epochs, epochs.upperBound != epoch { end() }
    }

    /// The members were listed consistently after an intent.
    mutating func listed() {
        hasListed = epochs != nil
    }

    /// The record may have been set back, so that it is not known who wrote meanwhile.
    mutating func end() {
        epochs = nil
        hasListed = false
        sealed = [:]
    }

    // MARK: Writes

    /// A role is being written.
    mutating func sent(_ id: OperationID, _ write: RoleWrite) {
        sent[id] = Sent(member: write.member.id, version: write.member.version, role: write.role, epoch: write.epoch)
        if write.role == .active { promotedAt = max(promotedAt ?? write.epoch, write.epoch) }
    }

    /// Whether this machine sent a promotion at an epoch, or at a later one.
    func hasPromoted(at epoch: Epoch) -> Bool { promotedAt.map { epoch <= $0 } ?? false }

    /// Whom a write that is not answered makes active; nil: it is another write, or answered.
    func promoted(by id: OperationID) -> Member.ID? { sent[id].flatMap { $0.role == .active ? $0.member : nil } }

    /// How that ended.
    ///
    /// - Returns: whether that was not known yet.
    mutating func answered(_ id: OperationID, _ outcome: RoleWriteOutcome) -> Bool {
        guard let write = sent.removeValue(forKey: id) else { return false }
        switch outcome {
        case .written(let stored):
            let isWhole = stored.epoch == write.epoch && stored.role == write.role
            if isWhole, contains(write.epoch) { sealed[write.member] = stored.version }
        case .failed:
            unknown[write.member] = max(unknown[write.member] ?? write.version, write.version)
            if write.role == .active { unknownPromotions[write.member] = unknown[write.member] }
        case .conflict, .gone, .refused, .notSent: break
        }
        return true
    }

    /// A pod was read that carries an epoch of the run: its write has landed, even if the answer was lost.
    mutating func found(_ member: Member) {
        if let epoch = member.epoch, contains(epoch) { sealed[member.id] = member.version }
    }

    /// Forgets the seals of pods that are no more; what may still land on them is remembered for longer.
    mutating func forgetAll(but isThere: (Member.ID) -> Bool) {
        sealed = sealed.filter { isThere($0.key) }
        if unknown.count > Self.mostUnknown {
            unknown = unknown.filter { isThere($0.key) }
            unknownPromotions = unknownPromotions.filter { isThere($0.key) }
        }
    }

    private static let mostUnknown = 256

    // MARK: Seals

    /// Whether a member needs no seal.
    func seals(_ member: Member) -> Bool {
        sealed[member.id].map { $0 <= member.version } ?? false && !mayChange(member)
    }

    /// Whether a write of ours may still land on a member: one that is on its way, or of unknown outcome.
    ///
    /// A pod that is at another version than the write carried has settled it.
    func mayChange(_ member: Member) -> Bool {
        if let version = unknown[member.id], member.version <= version { return true }
        return sent.values.contains { $0.member == member.id && member.version <= $0.version }
    }

    /// Whether such a write may still make it active.
    func mayPromote(_ member: Member) -> Bool {
        if let version = unknownPromotions[member.id], member.version <= version { return true }
        return sent.values.contains { $0.member == member.id && $0.role == .active && member.version <= $0.version }
    }
}
