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
        package var certificate: [UInt8]
        package var key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Whether the server's certificate and name are checked; on unless switched off.
    package var verifiesServer = true
    package var authority: Authority = .system
    /// Nil: no client certificate.
    package var identity: Identity?
    /// The name sent and verified instead of the URL's host; nil: the host.
    package var serverName: String?

    package init() {}
}
