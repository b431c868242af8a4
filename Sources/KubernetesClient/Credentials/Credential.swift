/// How we prove who we are.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/
package struct Credential: Sendable, Hashable {
    /// A bearer token's source.
    package enum Token: Sendable, Hashable {
        /// In place.
        case inline(String)
        /// Read again at least every minute: projected tokens rotate.
        ///
        /// `otherwise`: the token while the file cannot be read.
        case file(String, otherwise: String? = nil)
    }

    /// A client certificate and its key.
    package struct Certificate: Sendable, Hashable {
        /// The chain, PEM.
        package var certificate: Secret
        /// Its private key, PEM.
        package var key: Secret
    }

    /// User name and password.
    package struct Basic: Sendable, Hashable {
        /// The user's name.
        package var username: String
        /// Sent as it is.
        package var password: String
    }

    /// Who to act as.
    package struct Impersonation: Sendable, Hashable {
        /// The user's name.
        package var user: String
        /// The user's uid; nil: none is sent.
        package var uid: String?
        /// The groups that the user is in.
        package var groups: [String] = []
        /// What authenticators say besides, by key.
        package var extra: [String: [String]] = [:]
    }

    /// Nil: no bearer token.
    package var token: Token?
    /// Nil: no client certificate.
    package var certificate: Certificate?
    /// Nil: no password.
    package var basic: Basic?
    /// Nil: no command prints credentials.
    package var plugin: ExecCredentialPlugin?
    /// Nil: nobody else is acted as.
    package var impersonation: Impersonation?

    /// A bearer token, or nothing at all.
    package init(token: Token? = nil) {
        self.token = token
    }
}
