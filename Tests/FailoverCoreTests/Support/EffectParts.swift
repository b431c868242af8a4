@testable import FailoverCore

/// The parts of an effect, for tests that answer it by hand; nil for another effect.
extension Effect {
    var readRecordID: OperationID? { if case .readRecord(let id) = self { id } else { nil } }

    var readMemberID: OperationID? { if case .readMember(let id, _) = self { id } else { nil } }

    var backoffID: OperationID? { if case .startBackoff(let id, _, _) = self { id } else { nil } }

    var recordWrite: (id: OperationID, record: GroupRecord)? {
        if case .writeRecord(let id, let record, _, _) = self { (id, record) } else { nil }
    }

    var roleWrite: (id: OperationID, write: RoleWrite)? {
        if case .writeRole(let id, let write) = self { (id, write) } else { nil }
    }
}

extension [Effect] {
    /// The causes of the moves that begin here.
    var moves: [SwitchCause] {
        compactMap { if case .report(.moveStarted(_, _, let cause, _)) = $0 { cause } else { nil } }
    }

    /// The targets of the moves that begin here.
    var targets: [String?] {
        compactMap { if case .report(.moveStarted(_, let target, _, _)) = $0 { .some(target) } else { nil } }
    }

    var findings: [Decision.Finding] {
        compactMap { if case .report(.found(let finding, _)) = $0 { finding } else { nil } }
    }

    /// What standbys are asked here.
    var questions: [OpinionQuestion] {
        compactMap { if case .askOpinions(let question) = $0 { question } else { nil } }
    }

    /// Everything but reports and timers.
    var operations: [Effect] {
        filter { effect in
            switch effect {
            case .report, .startTimer: false
            case .readRecord, .writeRecord, .listMembers, .readMember, .readOutgoing, .writeRole, .tryRole,
                .settleEndpoints, .writeEndpoints, .readEndpoints, .deletePod, .runHook, .startBackoff, .probe,
                .forgetHealth, .askOpinions, .askScores:
                true
            }
        }
    }

    var deadlines: [MonotonicTime] {
        compactMap { if case .startTimer(_, let at) = $0 { at } else { nil } }
    }
}
