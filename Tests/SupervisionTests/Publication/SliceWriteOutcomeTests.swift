import FailoverCore
import Testing

@testable import KubernetesClient
@testable import Supervision

/// What becomes of writes of slices that the API server does not accept.
@Suite struct SliceWriteOutcomeTests {
    /// A namespace that is gone is no conflict: what is read anew at once would be created anew at once, without end.
    @Test(arguments: [
        (404, "namespaces", false), (404, "endpointslices", true), (409, "endpointslices", true), (500, nil, false),
        (404, nil, false),
    ])
    func whatIsReadAnewAtOnceWasChangedByOthers(code: Int, kind: String?, isConflict: Bool) {
        let request = RequestDescription(verb: "patch", resource: EndpointSlice.resource, namespace: "shop", name: "db")
        let name = kind == "namespaces" ? "shop" : "db"
        let status = APIStatus(reason: "NotFound", details: .init(name: name, kind: kind))
        let error = KubernetesError(request, .status(code: code, kind == nil ? nil : status, retryAfter: .zero))
        guard case .unwritten(let outcome) = SliceWriteOutcome(error) else {
            Issue.record("it was not written")
            return
        }
        #expect((outcome == .conflict) == isConflict)
    }
}
