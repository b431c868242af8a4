import Foundation

/// A proxy between us and the API server.
///
/// The ports and schemes are Go's, as kubectl has them; libcurl's own defaults differ.
struct Proxy: Sendable, Hashable {
    /// How it is spoken to.
    enum Kind: String, Sendable, Hashable {
        /// In plain HTTP, by CONNECT.
        case http
        /// The same within TLS.
        case https
        /// It resolves names itself; libcurl calls that `socks5h`.
        case socks5

        /// If none is named.
        var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5: 1080
            }
        }
    }

    /// How it is spoken to.
    let kind: Kind
    /// Without brackets.
    let host: String
    /// Named, or the kind's own.
    let port: Int
    /// Nil: it asks for none.
    let user: String?
    /// Nil: there is none, or no user.
    let password: String?

    /// `proxy-url` of a kubeconfig.
    ///
    /// - Throws: if it is none that we can use.
    init(configured text: String) throws(CredentialError) {
        guard let proxy = Proxy(text) else {
            throw .unsupportedProxy(url: text.split(separator: "@").last.map(String.init) ?? text)
        }
        self = proxy
    }

    /// Nil if the text is no URL of a proxy that we can use; without a scheme it is `http`.
    init?(_ text: String) {
        let url = text.contains("://") ? text : "http://\(text)"
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else { return nil }
        let scheme = parts.scheme?.lowercased() ?? ""
        guard let kind = Kind(rawValue: scheme == "socks5h" ? "socks5" : scheme) else { return nil }
        self.kind = kind
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? kind.defaultPort
        guard (1...65_535).contains(port) else { return nil }
        user = parts.user
        password = parts.password
    }

    /// In the words of libcurl.
    var url: String {
        var parts = URLComponents()
        parts.scheme = kind == .socks5 ? "socks5h" : kind.rawValue
        parts.host = host.contains(":") ? "[\(host)]" : host
        parts.port = port
        parts.user = user
        parts.password = password
        return parts.string ?? ""
    }

    /// The value of Proxy-Authorization; nil if there is no user.
    var authorization: String? {
        user.map { "Basic " + Data("\($0):\(password ?? "")".utf8).base64EncodedString() }
    }
}
