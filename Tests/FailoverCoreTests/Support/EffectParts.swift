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
