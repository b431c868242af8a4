import NIOHTTP1
import Supervision

/// Who may ask for what: `/livez`, `/readyz`, `/metrics` and `/active/…` are for anybody, under any name; everything else is not for the pages of
/// other servers that an operator's browser shows, and a reload is for this machine, or for whom the operator names.
struct RequestPolicy: Sendable {
    /// What anybody may ask for: the kubelet, Prometheus and load balancers use whatever name they like.
    static let open: Set = ["/livez", "/readyz", "/metrics"]

    /// From where a reload may be asked for, besides from loopback.
    var reloadFrom: [AddressBlock] = []

    /// Why a request is refused; nil: it is not.
    ///
    /// `path`: without the query. `peer`: the address of whoever asks.
    func refusal(of head: HTTPRequestHead, path: String, from peer: String?) -> String? {
        if Self.open.contains(path) || path.hasPrefix(GroupRoutes.activePrefix) { return nil }
        // Our own commands come through the API server's proxy, under whatever name that has.
        if path != "/-/reload", head.headers.contains(name: ClusterSurvey.clientHeader) { return nil }
        if Self.isForeign(head) { return "refused: asked for by a page of another server" }
        let hosts = head.headers["host"]
        if hosts.count != 1 || !hosts.allSatisfy(Self.isOwnName) {
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
        guard let (name, isBracketed) = parts(of: host.lowercased()) else { return false }
        if isBracketed || !name.contains(where: \.isLetter) {
            return name.contains(":") == isBracketed && !name.contains("/") && AddressBlock(name) != nil
        }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel) else { return false }
        return name == "localhost" || name.hasSuffix(".svc") || name.hasSuffix(".svc.cluster.local")
    }

    /// The host, without brackets, of `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`; nil for anything else.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#section-7.2
    private static func parts(of host: String) -> (name: String, isBracketed: Bool)? {
        let isBracketed = host.hasPrefix("[")
        let end = isBracketed ? host.firstIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        guard let end = end ?? (isBracketed ? nil : host.endIndex) else { return nil }
        let port = host[end...]
        if !port.isEmpty {
            let isNumber = port.dropFirst().utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard port.first == ":", isNumber, (1...65_535).contains(Int(port.dropFirst()) ?? 0) else { return nil }
        }
        return (String(isBracketed ? host[..<end].dropFirst().dropLast() : host[..<end]), isBracketed)
    }

    /// Whether it can stand between the dots of a name.
    ///
    /// https://www.rfc-editor.org/rfc/rfc1123#section-2.1
    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}
