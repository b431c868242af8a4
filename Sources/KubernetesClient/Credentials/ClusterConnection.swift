package import Transport

/// Where the API server is, how it proves who it is, and how we prove who we are.
package struct ClusterConnection: Sendable, Hashable {
    /// The server's side.
    package struct Cluster: Sendable, Hashable {
        /// `https://HOST:PORT/PREFIX`, no slash at the end.
        package var server: String
        package var authority: Secret?
        package var isVerified = true
        /// The name to verify instead of the URL's host.
        package var serverName: String?
        /// Nil: what the environment says.
        package var proxy: String?

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

    package var cluster: Cluster
    package var credential: Credential
    /// The namespace of groups that name none.
    package var namespace: String

    package init(cluster: Cluster, credential: Credential, namespace: String) {
        self.cluster = cluster
        self.credential = credential
        self.namespace = namespace
    }
}
