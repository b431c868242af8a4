import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// The one door through which a group reads and writes the cluster.
///
/// Every function that asks the API server ends within the request deadline and reports its failure as an outcome.
protocol GroupAPI: AnyObject, Sendable {
    /// Reads and writes pods by another mapping from now on; `importance`: of the group's writes, when many wait.
    func use(_ mapping: PodMapping, importance: Int) async
    /// The pods that the group means, once its Service is known.
    func select(_ selector: LabelSelector) async
    /// The informer showed the Lease; what others wrote on it is kept by the next write.
    func saw(_ seen: Lease) async
    /// The endpoint of a move followed; the next record that is written tells it.
    func endpointFollowed(_ epoch: Epoch, after time: Duration) async

    /// Reads the group's Lease.
    func readRecord() async -> RecordReadOutcome
    /// A write's turn among those of all groups; nil: it has to wait.
    ///
    /// `called`: is given the turn once it comes; false if nobody wants it any more.
    func turn(
        _ urgency: WriteUrgency,
        of target: WriteTarget,
        orCall called: @escaping WriteScheduler.Call
    ) async -> WriteScheduler.Turn?
    /// Creates the Lease (`version` is nil), or replaces exactly this version of it.
    ///
    /// `question`: the id of the question to standbys that is not settled; all others are taken away. Nil: all are.
    /// `turn`: nil: it has yet to come.
    /// `isWanted`: asked when its turn has come.
    func writeRecord(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        asking question: String?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> RecordWriteOutcome
    /// Puts a question to standbys on the Lease, in place of an older one and its answers.
    func ask(_ question: StoredOpinions.Question) async
    /// Puts a standby's answer on the Lease, if its question still stands there; false if that failed.
    func answer(_ answer: StoredOpinions.Answer, of name: String) async -> Bool
    /// Lists the pods that the group means, from no cache.
    func listMembers() async -> MemberListOutcome
    /// Reads one pod, from no cache.
    func readMember(_ name: String) async -> MemberReadOutcome
    /// Reads a pod of just this uid, from no cache; of one that is gone, how it was at its end.
    ///
    /// `version`: that was known of it; nil: none was, so that nothing tells its end.
    func readOutgoing(_ pod: OutgoingMember, since version: ObjectVersion?) async -> MemberReadOutcome
    /// Reads one pod's labels, from no cache.
    func readLabels(_ name: String) async -> LabelsReadOutcome
    /// Writes a role on exactly the pod and version that the write names.
    ///
    /// `turn`: nil: it has yet to come.
    /// `isWanted`: asked when its turn has come.
    func writeRole(
        _ write: RoleWrite,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> RoleWriteOutcome
    /// Reads one whole pod, from no cache; nil: it is not known, or there is none.
    func readPod(_ name: String) async -> Pod?
    /// Reads one EndpointSlice, from no cache.
    func readSlice(_ name: String) async -> SliceReadOutcome
    /// Creates an EndpointSlice (`base` is nil), or replaces the endpoints of exactly this version of it; see `writeRole`.
    func writeSlice(
        _ wanted: EndpointSlice,
        over base: EndpointSlice?,
        under ground: StoredRecord.Version?,
        urgency: WriteUrgency,
        in turn: WriteScheduler.Turn?,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> SliceWriteOutcome
    /// Deletes a pod of just this uid, and gives it the time that it asks for.
    ///
    /// `isWanted`: asked when its turn has come.
    func deletePod(
        _ pod: OutgoingMember,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> PodDeletionOutcome
    /// Asks what would become of such a write.
    func tryRole(_ write: RoleWrite) async -> RoleTrialOutcome
}
