@testable import FailoverCore

/// What happens in virtual time.
enum SimulatedEvent {
    /// Of one process; void if its generation is over.
    case process(Int, generation: Int, Step)
    /// A request reaches the API server; it is executed even if its sender is dead by then.
    case request(Int, generation: Int, group: Int, Effect, isLost: Bool)
    /// The same for a write of a slice that announces a move, the record having been read for it.
    case announcement(Int, generation: Int, group: Int, Effect, isLost: Bool)
    case fault(SimulatedFault)
    /// A pod that was deleted is gone, and its successor comes.
    case replace(group: Int, name: String, Member.ID)
    case heal(group: Int, Member.ID)
    /// What was wrong with a pod is over.
    case lift(SimulatedFault, group: Int, Member.ID)
    /// Labels are taken away, and again until then.
    case strip(group: Int, until: UInt64)
    /// A supervisor dies and is started again.
    case restart(Int)
    /// Somebody pauses a group.
    case pause(group: Int)
    /// The kubelets look at their pods.
    case kubelets
    /// Nodes may be cordoned no more, or answer again.
    case nodesChanged
    /// The controller of a group's workload looks at its pods.
    case rollout(group: Int)
    /// A pod that was deleted is gone, and has no successor of its name.
    case vanish(group: Int, Member.ID)

    /// What a process does or hears.
    enum Step {
        case beat
        case probe(group: Int, Member.ID, flight: Int)
        case probed(group: Int, Member.ID, ProbeVerdict, flight: Int)
        case reload(group: Int, GroupPolicy)
        case answer(group: Int, ModelProcess.Answer)
        case timer(group: Int, OperationID)
        /// The informer shows the nodes as they are.
        case nodes
        /// A try of a hook ends.
        case hook(group: Int, OperationID, HookCall, attempt: Int)
        /// A hook is tried again.
        case retryHook(group: Int, OperationID, HookCall, attempt: Int)
        /// Another group is elsewhere.
        case companions(group: Int, Companions)
        /// The turn of a record that has waited for other groups' writes.
        case turn(group: Int, OperationID, Effect)
        /// A standby, by its position, looks at what a question is about; it has said this before.
        case opine(group: Int, OpinionQuestion, standby: Int, told: Health?)
        /// Standbys' answers arrive.
        case opinions(group: Int, [OpinionAnswer])
        /// A candidate answers what it was asked.
        case scored(group: Int, OperationID, Member.ID, CandidateScore)
        case observe(group: Int, [Member], ObjectVersion, StoredRecord?)
        case observeSlices(group: Int, PublishedEndpoints, ObjectVersion)
    }
}
