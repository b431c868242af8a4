/// What an answer says, where a webhook, which may give any code, or something before the API server can be behind it.
///
/// https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go
extension KubernetesError {
    private static let denials = ["denied the request", "denied request"]
    private static let failedCall = "failed calling webhook"

    /// Whether a webhook or a policy denied the request, with whatever code: nothing was stored.
    package var isDenial: Bool {
        let message = status?.message ?? ""
        return Self.denials.contains { message.contains($0) }
    }

    /// Whether a webhook that has to be asked could not be: nothing was stored, and what was asked for is not to blame.
    package var isFailedAdmission: Bool { status?.message?.contains(Self.failedCall) ?? false }

    /// Whether the API server itself says that the object of the request is not there.
    ///
    /// Neither the 404 of a webhook is that, nor one of something before the API server, nor one that is about the namespace.
    package var isAbsence: Bool {
        guard code == 404, !isDenial, status?.reason == "NotFound", let details = status?.details else { return false }
        return details.name == request.name && details.kind == request.resource.plural
    }

    /// Whether somebody else wrote, created or replaced the object meanwhile, as far as the API server says.
    package var isConflict: Bool { code == 409 && !isDenial }
}
