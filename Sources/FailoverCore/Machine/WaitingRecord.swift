/// A record that moves nothing, until it is its turn to be written.
///
/// Thousands of groups may have one at once, when their moves are made: until then each decides as if it had none.
struct WaitingRecord: Sendable, Hashable {
    /// Under which it waits.
    let id: OperationID
    /// The version that it replaces; nil: it is created.
    let version: StoredRecord.Version?
    /// Who is named by it as found active; nil: nobody.
    let adoption: Adoption?
    private let record: GroupRecord
    private let urgency: WriteUrgency

    /// `version`: that it replaces; `adoption`: who is named by it as found active.
    init(
        _ id: OperationID,
        _ record: GroupRecord,
        over version: StoredRecord.Version?,
        adopting adoption: Adoption?,
        _ urgency: WriteUrgency
    ) {
        self.id = id
        self.record = record
        self.version = version
        self.adoption = adoption
        self.urgency = urgency
    }

    /// Whether another record need not be written, because it is this one and no more urgent.
    func serves(
        _ other: GroupRecord,
        over version: StoredRecord.Version?,
        adopting adoption: Adoption?,
        _ urgency: WriteUrgency
    ) -> Bool {
        // Of the pod that was found active only its name and uid are written.
        record == other && self.version == version && self.adoption?.active.id == adoption?.active.id
            && self.urgency <= urgency
    }
}
