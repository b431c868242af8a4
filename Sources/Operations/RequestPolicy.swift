import NIOHTTP1

/// Who may ask for what: `/livez`, `/readyz` and `/metrics` are for anybody, under any name; everything else is not for the pages of
/// other servers that an operator's browser shows, and a reload is for this machine, or for whom the operator names.
struct RequestPolicy: Sendable {
    /// What anybody may ask for: the kubelet and Prometheus use whatever name they like.
    static let open: Set = ["/livez", "/readyz", "/metrics"]

    /// From where a reload may be asked for, besides from loopback.
    var reloadFrom: [AddressBlock] = []

    /// Why a request is refused; nil: it is not.
    ///
    /// `path`: without the query. `peer`: the address of whoever asks.
    func refusal(of head: HTTPRequestHead, path: String, from peer: String?) -> String? {
        if Self.open.contains(path) { return nil }
        if Self.isForeign(head) { return "refused: asked for by a page of another server" }
        if !Self.isOwnName(head.headers.first(name: "host") ?? "") {
            return
                "refused: the Host header names neither an address, nor localhost, nor a Service (NAME.NAMESPACE.svc)"
        }
        if path == "/-/reload", !isTrusted(peer) {
            return "refused: a reload is for this machine itself, and for addresses of --reload-from"
        }
        return nil
    }

    private func isTrusted(_ peer: String?) -> Bool {
        guard let peer else { return false }
        return (AddressBlock.loopback + reloadFrom).contains { $0.contains(peer) }
    }

    /// Whether a browser says that a page of another server asks.
    ///
    /// https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin, …/Sec-Fetch-Site
    private static func isForeign(_ head: HTTPRequestHead) -> Bool {
        let host = head.headers.first(name: "host")?.lowercased() ?? ""
        let origins = head.headers["origin"].map { $0.lowercased() }
        if origins.contains(where: { $0 != "http://\(host)" && $0 != "https://\(host)" }) { return true }
        return head.headers["sec-fetch-site"].contains { !["same-origin", "none"].contains($0.lowercased()) }
    }

    /// Whether a Host header is a name that no stranger can have lead to us: a page whose own name does (DNS rebinding) is of the
    /// same origin as we are.
    private static func isOwnName(_ host: String) -> Bool {
        var name = host.lowercased()
        if name.hasPrefix("[") {
            name = String(name.dropFirst().prefix { $0 != "]" })
        } else if let colon = name.lastIndex(of: ":") {
            name = String(name[..<colon])
        }
        if name == "localhost" || name.hasSuffix(".svc") || name.hasSuffix(".svc.cluster.local") { return true }
        return AddressBlock(name) != nil && !name.contains("/")
    }
}
