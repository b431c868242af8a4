import Foundation
package import Logging
package import Transport

/// The proof of identity in force now: files are read again as they rotate, plugins run again as their answers expire.
package actor Credentials {
    /// What goes into a request.
    package struct Proof: Sendable {
        package var headers: [HTTPRequest.Header] = []
        package var identity: TLSConfiguration.Identity?
    }

    /// Token files are read again at least this often.
    private static let tokenLifetime: Duration = .seconds(50)
    /// Certificate files are read again at least this often.
    private static let certificateLifetime: Duration = .seconds(300)
    /// Certificates that were not whole, or not wanted by the server, are not read again sooner than this; nor is a plugin
    /// that failed run again.
    private static let shortestLifetime: Duration = .seconds(1)

    private let credential: Credential
    private let cluster: ClusterConnection.Cluster
    private let logger: Logger
    private let time: @Sendable () -> ContinuousClock.Instant
    private var fileToken: (text: String, readAt: ContinuousClock.Instant)?
    private var identity: (value: TLSConfiguration.Identity, readAt: ContinuousClock.Instant, lifetime: Duration)?
    /// The authority's certificates that were whole when they were read last.
    private var authority: [UInt8]?
    private var pluginAnswer:
        (value: Result<ExecCredentialPlugin.Answer, CredentialError>, at: ContinuousClock.Instant)?
    private var pluginRun: Task<Result<ExecCredentialPlugin.Answer, CredentialError>, Never>?

    /// `time`: tells what time it is.
    package init(
        _ credential: Credential,
        cluster: ClusterConnection.Cluster,
        logger: Logger,
        time: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.time = time
        self.credential = credential
        self.cluster = cluster
        self.logger = logger
    }

    /// The proof for a request that is sent now.
    ///
    /// Plain HTTP carries none.
    package func current() async throws(CredentialError) -> Proof {
        var proof = Proof()
        guard cluster.server.hasPrefix("https:") else { return proof }
        proof.identity = try certificate()
        if let token = try token() {
            proof.headers.append(.init("Authorization", "Bearer \(token)"))
        } else if let basic = credential.basic {
            let text = Data("\(basic.username):\(basic.password)".utf8).base64EncodedString()
            proof.headers.append(.init("Authorization", "Basic \(text)"))
        } else if proof.identity == nil, let plugin = credential.plugin {
            try await apply(plugin, to: &proof)
        }
        proof.headers += impersonationHeaders
        return proof
    }

    /// How the server is verified now, and who we are.
    ///
    /// An authority's file that is missing or half written leaves the authority in use that was read last.
    func tls(_ identity: TLSConfiguration.Identity?) throws(CredentialError) -> TLSConfiguration {
        guard case .file(let path) = cluster.authority else { return try cluster.tls(identity: identity) }
        do throws(CredentialError) {
            let tls = try cluster.tls(identity: identity)
            guard case .pem(let pem) = tls.authority, pem != authority else { return tls }
            guard PEMPair.isAuthority(pem) else { throw .unusableAuthority(file: path) }
            authority = pem
            return tls
        } catch {
            guard let authority else { throw error }
            var known = cluster
            known.authority = .inline(authority)
            return try known.tls(identity: identity)
        }
    }

    /// The server answered 401 to a request: whatever can be had anew is had anew for the next one.
    ///
    /// `time`: when the request was sent; a plugin's answer that came after that was not in it.
    func rejected(requestOf time: ContinuousClock.Instant = .now) {
        fileToken = fileToken.map { ($0.text, $0.readAt - Self.tokenLifetime) }
        distrusted()
        if let answer = pluginAnswer, answer.at <= time { pluginAnswer = nil }
    }

    /// TLS failed: the certificate's files may have been replaced.
    func distrusted() {
        identity?.lifetime = Self.shortestLifetime
    }

    // MARK: Files

    private func token() throws(CredentialError) -> String? {
        switch credential.token {
        case nil: return nil
        case .inline(let text): return text
        case .file(let path, let otherwise):
            do throws(CredentialError) {
                return try fileToken(path)
            } catch {
                guard let otherwise else { throw error }
                return otherwise
            }
        }
    }

    /// A file that cannot be read any more leaves the token in use that was read last.
    private func fileToken(_ path: String) throws(CredentialError) -> String {
        let now = time()
        if let fileToken, now - fileToken.readAt < Self.tokenLifetime { return fileToken.text }
        do throws(CredentialError) {
            let bytes = try Secret.file(path).bytes()
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if text.isEmpty { throw .unusableToken(file: path, reason: "the token is empty") }
            guard HTTPRequest.Header.canHold(text) else {
                throw .unusableToken(file: path, reason: "the token holds a control character, like a line break")
            }
            fileToken = (text, now)
            return text
        } catch {
            guard let fileToken else { throw error }
            logger.warning("token file cannot be read, the last token stays in use", metadata: ["error": "\(error)"])
            self.fileToken?.readAt = now
            return fileToken.text
        }
    }

    /// Two files cannot be replaced at once: a pair that does not match leaves the one in use that did.
    private func certificate() throws(CredentialError) -> TLSConfiguration.Identity? {
        guard let certificate = credential.certificate else { return nil }
        let now = time()
        if let identity, now - identity.readAt < identity.lifetime { return identity.value }
        do throws(CredentialError) {
            let value = try Self.pair(certificate)
            identity = (value, now, Self.certificateLifetime)
            return value
        } catch {
            guard let identity else { throw error }
            logger.warning("the last client certificate stays in use", metadata: ["error": "\(error)"])
            self.identity = (identity.value, now, Self.shortestLifetime)
            return identity.value
        }
    }

    private static func pair(_ certificate: Credential.Certificate) throws(CredentialError) -> TLSConfiguration.Identity
    {
        let value = TLSConfiguration.Identity(
            certificate: try certificate.certificate.bytes(),
            key: try certificate.key.bytes()
        )
        guard PEMPair.matches(value) else {
            throw .mismatched(certificate: certificate.certificate.place, key: certificate.key.place)
        }
        return value
    }

    // MARK: Plugin

    /// Requests that come together wait for one run of the plugin; one that failed is not run again at once.
    private func apply(_ plugin: ExecCredentialPlugin, to proof: inout Proof) async throws(CredentialError) {
        if let answer = pluginAnswer, isUsable(answer.value, since: answer.at) {
            return try answer.value.get().apply(to: &proof)
        }
        let run = pluginRun ?? Task { [cluster] in await plugin.run(for: cluster) }
        pluginRun = run
        let result = await run.value
        if pluginRun == run {
            pluginRun = nil
            pluginAnswer = (result, time())
        }
        try result.get().apply(to: &proof)
    }

    private func isUsable(
        _ result: Result<ExecCredentialPlugin.Answer, CredentialError>,
        since time: ContinuousClock.Instant
    ) -> Bool {
        switch result {
        case .success(let answer) where !answer.isExpired(at: Date()): true
        case .success, .failure: self.time() - time < Self.shortestLifetime
        }
    }

    private var impersonationHeaders: [HTTPRequest.Header] {
        guard let impersonation = credential.impersonation else { return [] }
        let extra = impersonation.extra.sorted { $0.key < $1.key }
        return [.init("Impersonate-User", impersonation.user)]
            + (impersonation.uid.map { [.init("Impersonate-Uid", $0)] } ?? [])
            + impersonation.groups.map { .init("Impersonate-Group", $0) }
            + extra.flatMap { key, values in values.map { .init("Impersonate-Extra-\(Self.escaped(key))", $0) } }
    }

    /// As Go's client does: what a header's name cannot hold is percent-encoded.
    private static func escaped(_ key: String) -> String {
        key.addingPercentEncoding(withAllowedCharacters: .headerName) ?? ""
    }
}

extension CharacterSet {
    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2, without the sign of the encoding itself.
    fileprivate static let headerName = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&'*+-.^_`|~"
    )
}
