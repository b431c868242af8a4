package import Transport

/// Why a request to the API server failed.
package struct KubernetesError: Error, Sendable {
    /// What went wrong; each case calls for its own reaction.
    package enum Cause: Sendable {
        /// No answer: the server's state is unknown for a write.
        case transport(TransportError)
        /// The server refused; `retryAfter` is zero if it asked for no pause.
        case status(code: Int, APIStatus?, retryAfter: Duration)
        /// The answer is not what the API promises.
        case undecodable(String)
        /// No credentials could be had.
        case credentials(CredentialError)
    }

    /// What was asked for.
    package var request: RequestDescription
    /// Why it failed.
    package var cause: Cause
    /// The object that is not understood, at its version: `web-1 at version 17`; nil: it is not about one, or not known which.
    package var object: String?

    /// The failure of a request.
    package init(_ request: RequestDescription, _ cause: Cause) {
        self.request = request
        self.cause = cause
    }

    /// An answer that is not what the API promises, and what the decoder says of it.
    ///
    /// `head`: of the object that is not understood; nil: not known.
    init(_ request: RequestDescription, undecodable error: any Error, in head: ObjectHead? = nil) {
        self.init(request, .undecodable(String("\(error)".prefix(300))))
        object = head.map { "\($0.name.prefix(253)) at version \($0.resourceVersion ?? "?")" }
    }

    /// Whether the server answered something that is not understood.
    package var isUndecodable: Bool {
        if case .undecodable = cause { true } else { false }
    }

    /// The HTTP status code; nil if there was no answer.
    package var code: Int? {
        if case .status(let code, _, _) = cause { code } else { nil }
    }

    /// The body of a refusal, if it was a Status.
    package var status: APIStatus? {
        if case .status(_, let status, _) = cause { status } else { nil }
    }

    /// How long the server asked to be left alone.
    package var retryAfter: Duration {
        if case .status(_, _, let pause) = cause { pause } else { .zero }
    }

    /// Whether the task was cancelled, which is no failure of anybody.
    package var isCancellation: Bool {
        if case .transport(let error) = cause { error.kind == .cancelled } else { false }
    }

    /// Whether the server will refuse the same request again until somebody mends something: a missing right, an invalid
    /// object, a namespace that is not there, a webhook that denies it.
    ///
    /// https://kubernetes.io/docs/reference/using-api/api-concepts/
    package var isLastingRefusal: Bool {
        isDenial || code.map { [400, 403, 404, 405, 406, 413, 415, 422].contains($0) } ?? false
    }

    /// Whether a server that was reached did not get through to the node that it had to ask: 500, 502 and 504, or no answer in
    /// time, for it tries the kubelet of a dead machine for half a minute.
    ///
    /// https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apimachinery/pkg/util/proxy/upgradeaware.go
    package var isUndelivered: Bool {
        switch cause {
        case .transport(let error): error.kind == .timedOut
        case .status(let code, _, _): [500, 502, 504].contains(code)
        case .undecodable, .credentials: false
        }
    }

    /// Whether no answer came in time.
    package var isTimeout: Bool {
        if case .transport(let error) = cause { error.kind == .timedOut } else { false }
    }

    /// Whether the server said that it has not executed the request.
    package var wasNotExecuted: Bool {
        if isFailedAdmission { return true }
        return switch cause {
        case .status(429, _, _): true
        case .status(503, _, let pause): pause > .zero
        case .transport(let error): error.kind == .refused
        case .status, .undecodable, .credentials: false
        }
    }

    /// Whether the same read may succeed a moment later.
    var isTransient: Bool {
        switch cause {
        case .transport(let error): !error.isOurOwn && ![.untrusted, .expired, .otherHost].contains(error.kind)
        case .status(let code, _, _): code == 429 || code >= 500
        case .undecodable, .credentials: false
        }
    }
}

extension KubernetesError: CustomStringConvertible {
    package var description: String {
        switch cause {
        case .transport(let error): "cannot \(request): \(error)"
        case .status(401, _, _) where !isDenial:
            "cannot \(request): 401, the API server does not accept the credentials"
        case .status(403, let status, _): forbidden(status)
        case .status(let code, let status, _): "cannot \(request): \(code) \(status?.message ?? status?.reason ?? "")"
        case .undecodable(let detail):
            "cannot \(request): the answer is not understood: \(object.map { "\($0): " } ?? "")\(detail)"
        case .credentials(let error): "cannot \(request): \(error)"
        }
    }

    /// A quota, a terminating namespace or a webhook's denial is also a 403; only a missing right has a rule that mends it.
    private func forbidden(_ status: APIStatus?) -> String {
        let message = status?.message ?? ""
        let isRight = message.contains("User \"") && message.contains(" cannot ") && !isDenial
        guard isRight || message.isEmpty else { return "cannot \(request): 403 \(message)" }
        return "may not \(request): 403 Forbidden; a Role with this rule grants it: \(request.grantingRule)"
    }
}
