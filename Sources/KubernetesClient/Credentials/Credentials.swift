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

    private let credential: Credential
    private let cluster: ClusterConnection.Cluster
    private let logger: Logger
    private var fileToken: (text: String, readAt: ContinuousClock.Instant)?
    private var identity: (value: TLSConfiguration.Identity, readAt: ContinuousClock.Instant)?
    private var pluginAnswer: ExecCredentialPlugin.Answer?
    private var pluginRun: Task<Result<ExecCredentialPlugin.Answer, CredentialError>, Never>?

    package init(_ credential: Credential, cluster: ClusterConnection.Cluster, logger: Logger) {
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

    /// The server answered 401: whatever can be had anew is had anew for the next request.
    func rejected() {
        fileToken = fileToken.map { ($0.text, $0.readAt - Self.tokenLifetime) }
        pluginAnswer = nil
    }

    // MARK: Files

    private func token() throws(CredentialError) -> String? {
        switch credential.token {
        case nil: return nil
        case .inline(let text): return text
        case .file(let path): return try fileToken(path)
        }
    }

    /// A file that cannot be read any more leaves the token in use that was read last.
    private func fileToken(_ path: String) throws(CredentialError) -> String {
        let now = ContinuousClock.now
        if let fileToken, now - fileToken.readAt < Self.tokenLifetime { return fileToken.text }
        do throws(CredentialError) {
            let bytes = try FileReading.bytes(of: path)
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if text.isEmpty { throw .unreadable(file: path, reason: "the token is empty") }
            fileToken = (text, now)
            return text
        } catch {
            guard let fileToken else { throw error }
            logger.warning("token file cannot be read, the last token stays in use", metadata: ["error": "\(error)"])
            self.fileToken?.readAt = now
            return fileToken.text
        }
    }

    private func certificate() throws(CredentialError) -> TLSConfiguration.Identity? {
        guard let certificate = credential.certificate else { return nil }
        let now = ContinuousClock.now
        if let identity, now - identity.readAt < Self.certificateLifetime { return identity.value }
        let value = TLSConfiguration.Identity(
            certificate: try certificate.certificate.bytes(),
            key: try certificate.key.bytes()
        )
        identity = (value, now)
        return value
    }

    // MARK: Plugin

    /// Requests that come together wait for one run of the plugin.
    private func apply(_ plugin: ExecCredentialPlugin, to proof: inout Proof) async throws(CredentialError) {
        if let answer = pluginAnswer, !answer.isExpired(at: Date()) { return answer.apply(to: &proof) }
        let run = pluginRun ?? Task { [cluster] in await plugin.run(for: cluster) }
        pluginRun = run
        let result = await run.value
        pluginRun = nil
        let answer = try result.get()
        pluginAnswer = answer
        answer.apply(to: &proof)
    }

    private var impersonationHeaders: [HTTPRequest.Header] {
        guard let impersonation = credential.impersonation else { return [] }
        let extra = impersonation.extra.sorted { $0.key < $1.key }
        return [.init("Impersonate-User", impersonation.user)]
            + (impersonation.uid.map { [.init("Impersonate-Uid", $0)] } ?? [])
            + impersonation.groups.map { .init("Impersonate-Group", $0) }
            + extra.flatMap { key, values in values.map { .init("Impersonate-Extra-\(key)", $0) } }
    }
}
