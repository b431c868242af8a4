/// Why admission denies the change of an object, in the words of a real API server.
///
/// A validating webhook is asked last: after the rights, the conditions of the request and the rules of the kind, and also
/// about a change that changes nothing.
package struct Denial: Sendable, Hashable {
    /// Who denies it.
    package enum Author: Sendable, Hashable {
        /// A webhook; the code is its own, and 400 if it gives none.
        ///
        /// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response
        case webhook(code: Int)
        /// A webhook of which nobody knows whether it has side effects, so that it is not asked with `dryRun=All`.
        ///
        /// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects
        case webhookWithoutDryRun(code: Int)
        /// A webhook that has to be asked, and does not answer.
        ///
        /// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy
        case unreachableWebhook
        /// A ValidatingAdmissionPolicy.
        ///
        /// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
        case policy
    }

    private let author: Author
    private let reason: String

    /// By default it is a webhook that answers 403; `reason`: why, in its words.
    package init(by author: Author = .webhook(code: 403), because reason: String = "the sandbox was asked to deny it") {
        self.author = author
        self.reason = reason
    }

    private static let webhook = "guard.sandbox.example.com"

    /// The answer to a change of an object.
    func failure(_ kind: Kind, _ name: String, isDryRun: Bool) -> APIFailure {
        switch author {
        case .webhookWithoutDryRun where isDryRun:
            .badRequest("admission webhook \"\(Self.webhook)\" does not support dry run")
        case .webhook(let code), .webhookWithoutDryRun(let code): denied(code)
        case .unreachableWebhook:
            .internalError(
                "failed calling webhook \"\(Self.webhook)\": failed to call webhook: Post "
                    + "\"https://guard.sandbox.svc:443/?timeout=10s\": connect: connection refused"
            )
        case .policy: deniedByPolicy(kind, name)
        }
    }

    /// The Status is the webhook's, so that it names no object.
    private func denied(_ code: Int) -> APIFailure {
        APIFailure(
            code: code,
            reason: code == 403 ? "Forbidden" : "",
            message: "admission webhook \"\(Self.webhook)\" denied the request: \(reason)"
        )
    }

    private func deniedByPolicy(_ kind: Kind, _ name: String) -> APIFailure {
        let why = "ValidatingAdmissionPolicy 'guard' with binding 'guard-binding' denied request: \(reason)"
        return APIFailure(
            code: 422,
            reason: "Invalid",
            message: "\(kind.qualified) \"\(name)\" is forbidden: \(why)",
            causes: [.init(reason: "", field: "", message: why)],
            name: name,
            kind: kind,
            isOfResource: true
        )
    }
}
