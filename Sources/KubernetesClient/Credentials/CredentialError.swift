package import HostSystem

/// Why a cluster or its credentials could not be found or used.
package enum CredentialError: Error, Sendable, Hashable {
    case noConfiguration(searched: [String])
    case unreadable(RegularFile.Failure)
    case unusableToken(file: String, reason: String)
    case malformed(file: String, reason: String)
    case unknown(kind: String, name: String, known: [String])
    case noCurrentContext
    case conflicting(user: String, String, String)
    case incomplete(user: String, missing: String)
    case notBase64(field: String)
    case unsupported(user: String, feature: String, instead: String)
    case pluginFailed(command: String, reason: String)
    /// A certificate and a key that are not of one pair: read while one of them is being replaced, or wrongly named.
    case mismatched(certificate: String, key: String)
    case unusableAuthority(file: String)
    /// `url`: without what may be a password.
    case unsupportedProxy(url: String)
    /// `url`: without what may be a password.
    case unsupportedServer(cluster: String, url: String)
    /// A text that would go into a header, and cannot.
    case unsendable(user: String, field: String)
}

extension CredentialError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noConfiguration(let searched):
            "no cluster to talk to: " + searched.joined(separator: ", ") + "; give --kubeconfig FILE"
        case .unreadable(let failure): "\(failure)"
        case .unusableToken(let file, let reason): "\(file): cannot be read: \(reason)"
        case .malformed(let file, let reason): "\(file): no kubeconfig: \(reason)"
        case .unknown(let kind, let name, let known):
            "\(kind) \"\(name)\" is not in the kubeconfig"
                + (known.isEmpty ? "" : "; it has " + known.joined(separator: ", "))
        case .noCurrentContext: "the kubeconfig has no current-context; give --context NAME"
        case .conflicting(let user, let one, let other):
            "user \"\(user)\" has both \(one) and \(other); keep one of them"
        case .incomplete(let user, let missing): "user \"\(user)\" lacks \(missing)"
        case .notBase64(let field): "\(field) is not base64"
        case .unsupported(let user, let feature, let instead):
            "user \"\(user)\" uses \(feature), which is not supported; \(instead)"
        case .pluginFailed(let command, let reason): "credential plugin \"\(command)\": \(reason)"
        case .mismatched(let certificate, let key):
            "the client certificate (\(certificate)) and the key (\(key)) do not belong together, or one is not whole"
        case .unusableAuthority(let file): "\(file): no whole PEM certificate of an authority"
        case .unsupportedProxy(let url):
            "proxy \"\(url)\" is not supported; accepted are http://HOST:PORT, https://HOST:PORT and socks5://HOST:PORT"
        case .unsupportedServer(let cluster, let url):
            "the server \"\(url)\" of cluster \"\(cluster)\" is not supported; accepted are https://HOST:PORT and http://HOST:PORT"
        case .unsendable(let user, let field):
            "the \(field) of user \"\(user)\" holds a control character, like a line break; give it without"
        }
    }
}
