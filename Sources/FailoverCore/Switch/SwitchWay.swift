/// How a switch that is announced is carried out: by the labels of pods, or by EndpointSlices.
///
/// It writes, and knows how far it came; the machine decides whether the switch is still right.
protocol SwitchWay: Sendable, Hashable {
    /// What is to be done.
    var plan: SwitchPlan { get }
    /// Whether another supervisor's higher epoch was met.
    var isSuperseded: Bool { get }
    /// Whether nothing was written yet that a move is made of, so that it can be taken back without a trace.
    var isWithdrawable: Bool { get }
    /// Whether something took longer than it has to, so that the ground of the move may be gone.
    var wasHeldUp: Bool { get }
    /// Because of what nothing can be written for now; nil: nothing.
    var obstacle: SwitchObstacle? { get }
    /// When the target is given up, if there is another; nil: it is not denied.
    var endOfPatience: MonotonicTime? { get }
    /// Since when the target is denied the role; nil: it is not.
    var deniedSince: MonotonicTime? { get }
    /// Whether the promotion was begun.
    var isPromoting: Bool { get }
    /// The target as it is since its promotion; nil: that is not acknowledged.
    var promoted: Member? { get }
    /// The members that were active and are not any more.
    var demoted: Set<Member.ID> { get }
    /// Whether everything is written.
    var isComplete: Bool { get }
    /// What is being done, in one word.
    var word: String { get }

    /// Whether a write or a read of it waits for an operation.
    func awaits(_ id: OperationID) -> Bool
    /// Continues as far as the answers allow.
    mutating func advance(in surroundings: SwitchSurroundings, _ ids: inout OperationIDs) -> [Effect]
}

/// What a switch is to do; it never changes, for another target is a new switch.
struct SwitchPlan: Sendable, Hashable {
    /// As it was decided.
    let move: Decision.Move
    /// Above every epoch that a record, a pod or a slice had shown when it was announced.
    let epoch: Epoch
    /// Members that were active when the switch was decided.
    let from: [Member]
    /// The pods that may act as active until the contrary is proved.
    var outgoing: [OutgoingMember] = []
    /// When it was decided.
    let decidedAt: MonotonicTime

    /// Of its announcement.
    var urgency: WriteUrgency { move.cause.urgency(whileServed: from.contains { $0.lifecycle != .finished }) }
}

/// What a switch needs to know of everything else.
struct SwitchSurroundings {
    /// The members as they are known now, not as they were when the switch was decided.
    var view: MemberView
    /// The time of the event that is being handled.
    var now: MonotonicTime
    /// The configuration as it is now; its `order` says which roles are written first.
    var policy: GroupPolicy
    /// What this machine wrote itself: members that it has sealed need no seal.
    var run: OwnRun
    /// When this process saw each pod demoted first that the record says may still act as active.
    var seenDemoted: [Member.ID: MonotonicTime]
    /// The pods before whose hooks have ended nobody is promoted.
    var awaitedHooks: Set<Member.ID>
    /// Whether another supervisor may have announced the member above the epoch that it carries.
    var isAnnounced: (Member) -> Bool
}
