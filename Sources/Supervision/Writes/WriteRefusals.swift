import FailoverCore
import KubernetesClient

/// What an answer to the write of a role means.
extension RoleWriteOutcome {
    /// The pod is gone or another one, somebody wrote it meanwhile, nobody lets us write it, or nothing is known.
    init(_ error: KubernetesError) {
        if error.isAbsence || error.isOfAnotherObject {
            self = .gone
        } else if error.isConflict {
            self = .conflict
        } else if error.isRefusalOfWrite || error.isFailedAdmission {
            // What a webhook was to be asked about and was not is not written, either.
            self = .refused(OperationFailure(error))
        } else {
            self = .failed(OperationFailure(error))
        }
    }
}

extension KubernetesError {
    /// Whether another object has the name by now: the uid that a write names is not its.
    var isOfAnotherObject: Bool {
        code == 422 && !isDenial && status?.hasCause(field: "metadata.uid") ?? false
    }

    /// Whether it is known that the write was not carried out, and will not be until somebody mends something.
    ///
    /// A 404 that does not name the object may be an answer of something before the API server, and says nothing.
    var isRefusalOfWrite: Bool { isLastingRefusal && (code != 404 || isDenial) }

    /// Whether a trial shows that the write would be denied: not because of what the pod is by now.
    var isDenialOfWrite: Bool {
        if isDenial || isFailedAdmission { return true }
        return isRefusalOfWrite && code != 400 && !isOfAnotherObject
    }
}
