/// Where a server listens: `HOST:PORT`, `:PORT` for every interface of both families, `[ADDRESS]:PORT` for IPv6.
package struct ListenAddress: Sendable, Hashable {
    /// Hosts to be tried one after the other, until one can be listened at.
    package var hosts: [String]
    /// 0...65535; 0 lets the kernel choose.
    package var port: Int

    /// Every interface: IPv6, which takes IPv4 as well, or IPv4 alone where the kernel has no IPv6.
    private static let everywhere = ["::", "0.0.0.0"]

    /// Nil if the text is no address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        hosts = host.isEmpty ? Self.everywhere : [host]
        self.port = port
    }

    /// This machine alone.
    init(loopback port: Int) {
        hosts = ["127.0.0.1"]
        self.port = port
    }

    /// As it was given, for messages.
    var text: String {
        let host = hosts == Self.everywhere ? "" : hosts[0]
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Tries the hosts in order: the first one whose family this machine has decides.
    ///
    /// - Throws: the last error, or at once one that another family would not mend: the port is taken, or not ours to take.
    func bind<Bound>(
        isFinal: (any Error) -> Bool,
        _ attempt: (_ host: String, _ port: Int) async throws -> Bound
    ) async throws -> Bound {
        for host in hosts.dropLast() {
            do {
                return try await attempt(host, port)
            } catch  where !isFinal(error) {
                continue
            }
        }
        return try await attempt(hosts[hosts.count - 1], port)
    }
}
