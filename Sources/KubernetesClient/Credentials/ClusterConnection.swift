package import Transport

/// Where the API server is, how it proves who it is, and how we prove who we are.
package struct ClusterConnection: Sendable, Hashable {
    /// The server's side.
    package struct Cluster: Sendable, Hashable {
        /// `https://HOST:PORT/PREFIX`, no slash at the end.
        package var server: String
        /// Who vouches for the server; nil: the system's authorities.
        package var authority: Secret?
        /// Whether the server's certificate and name are checked.
        package var isVerified = true
        /// The name to verify instead of the URL's host.
        package var serverName: String?
        /// Nil: what the environment says.
        package var proxy: String?

        /// A server whose certificate is checked.
        package init(server: String, authority: Secret? = nil) {
            self.server = server
            self.authority = authority
        }

        /// - Throws: if the authority's file cannot be read.
        package func tls(identity: TLSConfiguration.Identity?) throws(CredentialError) -> TLSConfiguration {
            var tls = TLSConfiguration()
            tls.verifiesServer = isVerified
            tls.authority = if let authority { .pem(try authority.bytes()) } else { .system }
            tls.serverName = serverName
            tls.identity = identity
            return tls
        }
    }

    /// The server's side.
    package var cluster: Cluster
    /// Our side.
    package var credential: Credential
    /// The namespace of groups that name none.
    package var namespace: String
    /// Whether it is that of the pod that this process runs in.
    package var isOfPod = false

    /// A connection; the parameters are the properties.
    package init(cluster: Cluster, credential: Credential, namespace: String) {
        self.cluster = cluster
        self.credential = credential
        self.namespace = namespace
    }
}
