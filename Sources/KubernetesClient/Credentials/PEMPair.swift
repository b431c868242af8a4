import NIOSSL
import Transport

/// Whether PEM files that others replace in place were read whole, and belong together.
///
/// What this TLS library cannot read and is whole all the same is left to libcurl to judge.
enum PEMPair {
    /// Whether the key is the certificate's.
    static func matches(_ identity: Transport.TLSConfiguration.Identity) -> Bool {
        guard isWhole(identity.certificate), isWhole(identity.key) else { return false }
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(identity.certificate), !chain.isEmpty,
            let key = try? NIOSSLPrivateKey(bytes: identity.key, format: .pem)
        else { return true }
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        // The system's authorities are not needed to compare two keys.
        configuration.trustRoots = .certificates([])
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
        return (try? NIOSSLContext(configuration: configuration)) != nil
    }

    /// Whether the text holds certificates and the last of them is whole.
    static func isAuthority(_ pem: [UInt8]) -> Bool {
        guard isWhole(pem) else { return false }
        return (try? NIOSSLCertificate.fromPEMBytes(pem))?.isEmpty == false
    }

    /// Whether every block that begins ends, too.
    private static func isWhole(_ pem: [UInt8]) -> Bool {
        let text = String(decoding: pem, as: UTF8.self)
        let begins = text.split(separator: "-----BEGIN ", omittingEmptySubsequences: false).count
        let ends = text.split(separator: "-----END ", omittingEmptySubsequences: false).count
        return begins > 1 && begins == ends && !text.hasSuffix("-----END ")
    }
}
