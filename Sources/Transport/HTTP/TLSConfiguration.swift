/// How TLS authenticates both sides.
package struct TLSConfiguration: Sendable, Hashable {
    /// Whose certificates are trusted.
    package enum Authority: Sendable, Hashable {
        /// The system's certificate store.
        case system
        /// A PEM file.
        case file(String)
        /// PEM in memory.
        case pem([UInt8])
    }

    /// A certificate and its key, PEM.
    package struct Identity: Sendable, Hashable {
        /// The chain, the peer's own first.
        package var certificate: [UInt8]
        /// The private key.
        package var key: [UInt8]

        /// A certificate with its key.
        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Whether the server's certificate and name are checked; on unless switched off.
    package var verifiesServer = true
    /// Who vouches for the server.
    package var authority: Authority = .system
    /// Nil: no client certificate.
    package var identity: Identity?
    /// The name sent and verified instead of the URL's host; nil: the host.
    package var serverName: String?

    /// The system's authorities, no certificate of our own.
    package init() {}
}
