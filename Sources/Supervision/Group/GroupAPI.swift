import FailoverCore

/// The one door through which a group reads and writes the cluster.
///
/// Every function ends within the request deadline and reports its failure as an outcome.
protocol GroupAPI: Sendable {
    func readRecord() async -> RecordReadOutcome
    func writeRecord(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        urgency: WriteUrgency
    ) async -> RecordWriteOutcome
    func listMembers() async -> MemberListOutcome
    func readMember(_ name: String) async -> MemberReadOutcome
    func writeRole(_ write: RoleWrite) async -> RoleWriteOutcome
    func tryRole(_ write: RoleWrite) async -> RoleTrialOutcome
}
