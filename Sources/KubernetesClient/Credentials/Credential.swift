/// How we prove who we are.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/
package struct Credential: Sendable, Hashable {
    /// A bearer token's source.
    package enum Token: Sendable, Hashable {
        case inline(String)
        /// Read again at least every minute: projected tokens rotate.
        ///
        /// `otherwise`: the token while the file cannot be read.
        case file(String, otherwise: String? = nil)
    }

    /// A client certificate and its key.
    package struct Certificate: Sendable, Hashable {
        package var certificate: Secret
        package var key: Secret
    }

    /// User name and password.
    package struct Basic: Sendable, Hashable {
        package var username: String
        package var password: String
    }

    /// Who to act as.
    package struct Impersonation: Sendable, Hashable {
        package var user: String
        package var uid: String?
        package var groups: [String] = []
        package var extra: [String: [String]] = [:]
    }

    package var token: Token?
    package var certificate: Certificate?
    package var basic: Basic?
    package var plugin: ExecCredentialPlugin?
    package var impersonation: Impersonation?

    package init(token: Token? = nil) {
        self.token = token
    }
}
