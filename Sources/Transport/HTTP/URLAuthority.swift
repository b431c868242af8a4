/// The host and port of a URL, so that another host can stand in their place.
package struct URLAuthority {
    private let scheme: Substring
    /// A name and a password with their `@`; mostly empty.
    private let credentials: Substring
    /// As written, brackets of an IPv6 address included.
    package let host: String
    /// As written, or the scheme's own.
    package let port: Int
    private let rest: Substring

    /// Nil if the text is no absolute `http` or `https` URL.
    package init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
        scheme = url[..<colon]
        let afterScheme = url[url.index(colon, offsetBy: 3)...]
        let end = afterScheme.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? afterScheme.endIndex
        rest = afterScheme[end...]
        let place = afterScheme[..<end].lastIndex(of: "@").map(afterScheme.index(after:)) ?? afterScheme.startIndex
        credentials = afterScheme[..<place]
        let authority = afterScheme[place..<end]
        let hostEnd =
            authority.hasPrefix("[") ? authority.firstIndex(of: "]") ?? authority.startIndex : authority.startIndex
        if let separator = authority[hostEnd...].lastIndex(of: ":"),
            let number = Int(authority[authority.index(after: separator)...])
        {
            host = String(authority[..<separator])
            port = number
        } else {
            host = String(authority)
            port = scheme == "https" ? 443 : 80
        }
        if host.isEmpty { return nil }
    }

    /// The host without brackets.
    package var bareHost: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }

    /// Whether a name, maybe with a password, stands before the host.
    package var hasCredentials: Bool { !credentials.isEmpty }

    /// Whether the host is an IP address and no name.
    package var isAddress: Bool { SocketAddress(host: bareHost, port: port) != nil }

    /// Path and query, as a request names them.
    package var target: String { rest.isEmpty ? "/" : String(rest) }

    /// The URL with another host, the port written out.
    func url(withHost name: String) -> String { "\(scheme)://\(credentials)\(name):\(port)\(rest)" }
}
