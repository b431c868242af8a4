/// One switch on its way: intent, consistent list, fence, promotion.
struct SwitchProgress: Sendable, Hashable {
    /// The steps; in `PromoteFirst` promotion comes before the fences.
    enum Step: Sendable, Hashable {
        /// The Lease is being written with the holder to be and the next epoch.
        case intending(OperationID)
        /// The members are being listed, because an epoch before this one was not our own.
        case listing(OperationID)
        /// A listing failed; waiting before the next.
        case awaitingListing(OperationID, attempt: Int)
        /// Roles are being written.
        case assigning
    }

    let move: Decision.Move
    /// The record that the intent replaces; nil if there was none.
    let previous: StoredRecord?
    let intent: GroupRecord
    /// The operator's order that it carries out; nil if the group decided by itself.
    let order: Order?
    let urgency: WriteUrgency
    /// Members that were active when the switch was decided.
    let from: [Member]
    let startedAt: MonotonicTime
    var step: Step
    /// Failed listings so far.
    var failedListings = 0
    /// The passive role on every other member.
    var fences: [Member.ID: RoleAssignment] = [:]
    /// The active role on the target.
    var promotion: RoleAssignment?
    /// When the last active member was known to be demoted.
    var fencedAt: MonotonicTime?

    var epoch: Epoch { intent.epoch }
    var areFencesSettled: Bool { fences.values.allSatisfy(\.isSettled) }
    /// Whether another supervisor's higher epoch was met.
    var isSuperseded: Bool {
        promotion?.stage == .superseded || fences.values.contains { $0.stage == .superseded }
    }

    /// Every assignment under way, each passed to `body` by reference.
    mutating func forEachAssignment(_ body: (inout RoleAssignment) -> Void) {
        for id in fences.keys.sorted(by: { $0.uid < $1.uid }) {
            if var fence = fences[id] {
                body(&fence)
                fences[id] = fence
            }
        }
        if var assignment = promotion {
            body(&assignment)
            promotion = assignment
        }
    }
}
