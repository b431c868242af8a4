import Foundation
import HostSystem
import Transport

/// A command that prints credentials.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
package struct ExecCredentialPlugin: Sendable, Hashable {
    /// `client.authentication.k8s.io/v1` or `/v1beta1`.
    package var apiVersion: String
    /// A path, absolute or with the kubeconfig's folder before it, or a name to be found in PATH.
    package var command: String
    package var arguments: [String] = []
    package var environment: [String: String] = [:]
    package var installHint: String?
    package var providesClusterInfo = false

    /// What a plugin printed.
    struct Answer: Sendable {
        var token: String?
        var identity: TLSConfiguration.Identity?
        /// Nil: never.
        var expires: Date?

        func isExpired(at now: Date) -> Bool { expires.map { now > $0 } ?? false }

        func apply(to proof: inout Credentials.Proof) {
            if let token { proof.headers.append(.init("Authorization", "Bearer \(token)")) }
            proof.identity = identity ?? proof.identity
        }
    }

    /// The answer as printed; PEM is plain text here.
    private struct Printed: Decodable {
        struct Status: Decodable {
            var expirationTimestamp: String?
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
        }
        var apiVersion: String?
        var kind: String?
        var status: Status?
    }

    /// How long a plugin may take.
    private static let timeout: Duration = .seconds(30)

    /// Characters that are told of what it says it is.
    private static let longestName = 200

    /// Runs the command; it cannot ask anybody anything.
    @concurrent
    func run(for cluster: ClusterConnection.Cluster) async -> Result<Answer, CredentialError> {
        do {
            let printed = try await output(for: cluster)
            return .success(try answer(from: printed))
        } catch let error as CredentialError {
            return .failure(error)
        } catch {
            let hint = installHint.map { "; \($0)" } ?? ""
            return .failure(.pluginFailed(command: command, reason: "\(error)\(hint)"))
        }
    }

    private func output(for cluster: ClusterConnection.Cluster) async throws -> String {
        let run = BoundedCommand(
            command: [command] + arguments,
            environment: environment.merging(["KUBERNETES_EXEC_INFO": info(for: cluster)]) { $1 },
            timeout: Self.timeout,
            outputLimit: 1024 * 1024,
            keepsErrorsApart: true
        )
        let outcome = try await run.outcome()
        switch outcome.end {
        case .exited(0): return outcome.output
        case .exited(let code): throw failure(Self.reason("exit code \(code)", outcome))
        case .signalled(let number): throw failure(Self.reason("ended by signal \(number)", outcome))
        case .timedOut: throw failure(Self.reason("gave no answer within \(Self.timeout)", outcome))
        }
    }

    /// How it ended, and the last that it said; its output is a secret and is never told.
    private static func reason(_ end: String, _ outcome: BoundedCommand.Outcome) -> String {
        let words = outcome.errors.trimmingCharacters(in: .whitespacesAndNewlines)
        return words.isEmpty ? end : "\(end): \(words)"
    }

    private func answer(from text: String) throws -> Answer {
        guard let printed = try? JSONDecoder().decode(Printed.self, from: Data(text.utf8)) else {
            throw failure("its output is no ExecCredential in JSON")
        }
        guard printed.kind == "ExecCredential", printed.apiVersion == apiVersion else {
            let found = "\(printed.apiVersion ?? "no apiVersion") \(printed.kind ?? "no kind")"
            throw failure("answered \(found.prefix(Self.longestName)), not \(apiVersion) ExecCredential")
        }
        guard let status = printed.status else { throw failure("answered without a status") }
        var answer = Answer(token: status.token)
        guard HTTPRequest.Header.canHold(status.token ?? "") else {
            throw failure("answered a token that holds a control character, like a line break")
        }
        switch (status.clientCertificateData, status.clientKeyData) {
        case (let certificate?, let key?):
            answer.identity = .init(certificate: Array(certificate.utf8), key: Array(key.utf8))
        case (nil, nil):
            if status.token == nil { throw failure("answered neither a token nor a certificate") }
        default: throw failure("answered a certificate without its key, or a key without its certificate")
        }
        answer.expires = status.expirationTimestamp.flatMap(MicroTime.init).map {
            Date(timeIntervalSince1970: TimeInterval($0.seconds))
        }
        return answer
    }

    private func failure(_ reason: String) -> CredentialError { .pluginFailed(command: command, reason: reason) }

    /// The environment's description of the call.
    private func info(for cluster: ClusterConnection.Cluster) -> String {
        var spec: [String: Any] = ["interactive": false]
        if providesClusterInfo {
            var details: [String: Any] = ["server": cluster.server]
            if let pem = try? cluster.authority?.bytes() {
                details["certificate-authority-data"] = Data(pem).base64EncodedString()
            }
            if let name = cluster.serverName { details["tls-server-name"] = name }
            if let proxy = cluster.proxy { details["proxy-url"] = proxy }
            if !cluster.isVerified { details["insecure-skip-tls-verify"] = true }
            spec["cluster"] = details
        }
        let object: [String: Any] = ["kind": "ExecCredential", "apiVersion": apiVersion, "spec": spec]
        let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
