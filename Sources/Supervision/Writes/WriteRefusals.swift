import FailoverCore
import KubernetesClient

/// What an answer to the write of a role means.
extension RoleWriteOutcome {
    /// The pod is gone or another one, somebody wrote it meanwhile, nobody lets us write it, or nothing is known.
    init(_ error: KubernetesError) {
        self =
            switch error.code {
            case 404: .gone
            case 409: .conflict
            case 422 where error.status?.hasCause(field: "metadata.uid") ?? false: .gone
            default: error.isLastingRefusal ? .refused(OperationFailure(error)) : .failed(OperationFailure(error))
            }
    }
}

extension KubernetesError {
    /// Whether a trial shows that the write would be denied: not because of what the pod is by now.
    var isDenialOfWrite: Bool {
        switch code {
        case 404: false
        case 400: status?.message?.contains("denied the request") ?? false
        case 422 where status?.hasCause(field: "metadata.uid") ?? false: false
        default: isLastingRefusal
        }
    }
}
