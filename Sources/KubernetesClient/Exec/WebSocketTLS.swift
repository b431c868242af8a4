import NIOCore
import NIOSSL
import Transport

/// TLS of WebSockets: who is trusted, and whose name or address the certificate must have.
enum WebSocketTLS {
    /// `isTunnelled`: the server is behind a proxy; then the handler must be `tunnelledHandler`, which checks the name.
    static func context(_ tls: Transport.TLSConfiguration, isTunnelled: Bool) throws -> NIOSSLContext {
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        setUp(&configuration)
        let verified: CertificateVerification = isTunnelled ? .noHostnameVerification : .fullVerification
        configuration.certificateVerification = tls.verifiesServer ? verified : .none
        switch tls.authority {
        case .system: break
        case .file(let path): configuration.trustRoots = .file(path)
        case .pem(let pem): configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem))
        }
        if let identity = tls.identity {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(identity.certificate)
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// For a proxy that speaks TLS; as with Go, it may have its certificate from the cluster's authority, too.
    static func proxyContext(_ tls: Transport.TLSConfiguration) throws -> NIOSSLContext {
        var configuration = NIOSSL.TLSConfiguration.makeClientConfiguration()
        setUp(&configuration)
        if case .pem(let pem) = tls.authority {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(pem))]
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private static func setUp(_ configuration: inout NIOSSL.TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv12
        // A server that does not answer our farewell does not hold a command's place.
        configuration.shutdownTimeout = .milliseconds(200)
        // A WebSocket is an upgrade of HTTP/1.1.
        configuration.applicationProtocols = ["http/1.1"]
    }

    /// Checks the certificate against the name or, if it is an address, against the one that is connected to.
    static func handler(_ context: NIOSSLContext, _ name: String) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: isAddress(name) ? nil : name)
    }

    /// Checks the certificate against the name or address of a server that somebody else is connected to for us.
    static func tunnelledHandler(_ context: NIOSSLContext, _ name: String) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler._makeSSLClientHandler(
            context: context,
            serverHostname: isAddress(name) ? nil : name
        ) { certificate, channel in
            channel.eventLoop.makeCompletedFuture {
                guard names(certificate, include: name) else { throw OtherHost(name: name) }
            }
        }
    }

    private struct OtherHost: Error, CustomStringConvertible {
        /// What is not usable.
        var name: String
        var description: String { "the certificate is not for \(name)" }
    }

    private static func isAddress(_ name: String) -> Bool { ProxyEnvironment.bytes(of: name) != nil }

    /// Whether a certificate is for a name or an address.
    ///
    /// https://www.rfc-editor.org/rfc/rfc6125#section-6.4
    private static func names(_ certificate: NIOSSLCertificate, include name: String) -> Bool {
        let address = ProxyEnvironment.bytes(of: name)
        return certificate._subjectAlternativeNames().contains { entry in
            let contents = unsafe entry.contents.withUnsafeBufferPointer { unsafe Array($0) }
            if let address { return entry.nameType == .ipAddress && contents == address }
            return entry.nameType == .dnsName && matches(String(decoding: contents, as: UTF8.self), name)
        }
    }

    /// A star stands for the whole first label, and for no more.
    private static func matches(_ pattern: String, _ name: String) -> Bool {
        let (pattern, name) = (pattern.lowercased(), name.lowercased())
        guard pattern.hasPrefix("*.") else { return pattern == name }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return false }
        return name[dot...] == pattern.dropFirst()
    }
}
