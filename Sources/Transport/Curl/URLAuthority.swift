/// The host and port of a URL, so that another host can stand in their place.
struct URLAuthority {
    private let scheme: Substring
    /// As written, brackets of an IPv6 address included.
    let host: String
    let port: Int
    private let rest: Substring

    /// Nil if the text is no absolute `http` or `https` URL.
    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
        scheme = url[..<colon]
        let afterScheme = url[url.index(colon, offsetBy: 3)...]
        let end = afterScheme.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? afterScheme.endIndex
        rest = afterScheme[end...]
        let authority = afterScheme[..<end]
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

    func url(withHost name: String) -> String { "\(scheme)://\(name):\(port)\(rest)" }
}
