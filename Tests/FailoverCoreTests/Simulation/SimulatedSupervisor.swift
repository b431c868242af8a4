@testable import FailoverCore

/// One supervisor process of the simulation: the real machine, its unanswered operations and its timers.
struct SimulatedSupervisor {
    var machine: GroupStateMachine
    /// Effects that were not carried out yet.
    var outbox: [Effect] = []
    /// Events that come back once the answer is delivered.
    var inbox: [(inout GroupStateMachine, MonotonicTime) -> [Effect]] = []
    var timers: [(id: OperationID, at: MonotonicTime)] = []

    init(policy: GroupPolicy, identity: String) {
        machine = GroupStateMachine(policy: policy, identity: identity)
        outbox = machine.started()
    }

    mutating func take(_ effects: [Effect], at now: MonotonicTime) {
        for effect in effects {
            switch effect {
            case .startTimer(let id, let at): timers.append((id, at))
            case .startBackoff(let id, let attempt, _):
                timers.append((id, now + .milliseconds(50 * (1 << min(attempt, 4)))))
            case .report: break
            case .readRecord, .writeRecord, .listMembers, .readMember, .writeRole: outbox.append(effect)
            }
        }
    }
}
