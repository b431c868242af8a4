import COpenSSL
package import Foundation
import NIOCore
package import NIOSSL

/// A certificate authority and a server certificate for 127.0.0.1 and localhost, made anew for each sandbox.
package struct Certificates: Sendable {
    /// The authority's certificate, PEM.
    package let authority: String
    /// Signed by the authority, for 127.0.0.1 and localhost, PEM.
    package let serverCertificate: String
    /// The private key of the server's certificate, PEM.
    package let serverKey: String

    /// `validity`: the server's; nil: a week from an hour ago.
    ///
    /// - Throws: only if the certificates cannot be made, which is a defect.
    package init(validity: ClosedRange<Date>? = nil) throws {
        let now = Date()
        let week = now - 3600...now + 7 * 86_400
        let authorityKey = try SigningKey()
        let serverKey = try SigningKey()
        let authority = CertificateDraft(
            subject: "kube-standby sandbox authority",
            issuer: "kube-standby sandbox authority",
            key: authorityKey,
            validity: week,
            extensions: [(NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign")]
        )
        let server = CertificateDraft(
            subject: "kube-standby sandbox",
            issuer: authority.subject,
            key: serverKey,
            validity: validity ?? week,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_ext_key_usage, "serverAuth"),
                (NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"),
            ]
        )
        self.authority = try authority.signed(by: authorityKey)
        serverCertificate = try server.signed(by: authorityKey)
        self.serverKey = try serverKey.pem
    }

    /// The server's side of TLS.
    package var tls: TLSConfiguration {
        get throws {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(serverCertificate.utf8)).map {
                    .certificate($0)
                },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(serverKey.utf8), format: .pem))
            )
            // A server that goes away does not wait for the farewell of its clients.
            configuration.shutdownTimeout = .milliseconds(20)
            configuration.applicationProtocols = ["h2", "http/1.1"]
            return configuration
        }
    }
}
