/// Moves whose announcements were sent and not acknowledged: each may have been carried out, or may yet be.
///
/// All are to replace a record of one epoch, so that one of them is carried out at most; which one, the record itself shows.
struct DoubtfulIntents: Sendable, Hashable {
    private struct Intent: Sendable, Hashable {
        let attempt: RecordAttempt
        let progress: RoleSwitch
    }

    /// Moves that are kept at most, the newest: of an older one nothing is known but that somebody announced it.
    private static let limit = 16

    /// The Lease that they are written on; nil: it is created.
    private let lease: String?
    /// The epoch of the record that they are to replace.
    private let ground: Epoch?
    /// Oldest first.
    private var intents: [Intent] = []

    /// None yet; `ground`: the record that they are to replace, nil: there is none.
    init(over ground: StoredRecord?) {
        lease = ground?.version.uid
        self.ground = ground?.record.epoch
    }

    /// Whether they are to replace a record of this epoch on this Lease.
    func replace(_ known: StoredRecord?) -> Bool { lease == known?.version.uid && ground == known?.record.epoch }

    /// It is not known what became of the announcement of a move.
    mutating func add(_ progress: RoleSwitch, as attempt: RecordAttempt) {
        intents = (intents + [Intent(attempt: attempt, progress: progress)]).suffix(Self.limit)
    }

    /// The one that a record announces which was read; nil: none of them does.
    func move(announcedBy read: StoredRecord) -> RoleSwitch? {
        let record = read.record
        guard record.origin == .intended, lease.map({ $0 == read.version.uid }) ?? true,
            let found = intents.last(where: { $0.attempt == record.attempt })?.progress,
            found.epoch == record.epoch, found.move.target?.id == record.holder?.id
        else { return nil }
        return found
    }
}
