import FailoverCore
import Testing

@testable import KubernetesClient
@testable import Supervision

/// What becomes of writes of slices that the API server does not accept.
@Suite struct SliceWriteOutcomeTests {
    /// A namespace that is gone is no conflict: what is read anew at once would be created anew at once, without end.
    @Test(arguments: [
        (404, true, false), (404, false, true), (409, true, true), (409, false, true), (500, false, false),
    ])
    func whatIsReadAnewAtOnceWasChangedByOthers(code: Int, isCreation: Bool, isConflict: Bool) {
        let request = RequestDescription(verb: "patch", resource: EndpointSlice.resource, namespace: "shop", name: "db")
        let error = KubernetesError(request, .status(code: code, nil, retryAfter: .zero))
        guard case .unwritten(let outcome) = SliceWriteOutcome(error, isCreation: isCreation) else {
            Issue.record("it was not written")
            return
        }
        #expect((outcome == .conflict) == isConflict)
    }
}
