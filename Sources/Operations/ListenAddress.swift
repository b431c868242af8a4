/// Where a server listens: `HOST:PORT`, `:PORT` for every interface, `[ADDRESS]:PORT` for IPv6.
package struct ListenAddress: Sendable, Hashable {
    package var host: String
    /// 0...65535; 0 lets the kernel choose.
    package var port: Int

    /// Nil if the text is no address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }
}
