import Crypto
package import Foundation
import NIOCore
package import NIOSSL
import SwiftASN1
import X509

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
        let authorityKey = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("kube-standby sandbox authority") }
        let authority = try Self.certificate(
            subject: name,
            issuer: name,
            key: authorityKey,
            issuerKey: authorityKey,
            validity: week,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }
        )
        let serverKey = P256.Signing.PrivateKey()
        let server = try Self.certificate(
            subject: try DistinguishedName { CommonName("kube-standby sandbox") },
            issuer: name,
            key: serverKey,
            issuerKey: authorityKey,
            validity: validity ?? week,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
            }
        )
        self.authority = try authority.serializeAsPEM().pemString
        serverCertificate = try server.serializeAsPEM().pemString
        self.serverKey = serverKey.pemRepresentation
    }

    private static func certificate(
        subject: DistinguishedName,
        issuer: DistinguishedName,
        key: P256.Signing.PrivateKey,
        issuerKey: P256.Signing.PrivateKey,
        validity: ClosedRange<Date>,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: validity.lowerBound,
            notValidAfter: validity.upperBound,
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(issuerKey)
        )
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
