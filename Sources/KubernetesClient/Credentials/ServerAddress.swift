import Foundation
import Transport

/// The `server` of a kubeconfig's cluster, taken apart: its URL goes into logs, messages and the environment of plugins, and so
/// holds no password.
///
/// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#Cluster
struct ServerAddress {
    /// `https://HOST:PORT/PREFIX` or the same with `http`: no user, no query, no slash at the end.
    let url: String
    /// Who the text says that we are; nil if it names nobody.
    let user: Credential.Basic?

    /// Nil if the text is no address of a server that speaks HTTP; without a scheme it is `https`.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        var (scheme, rest) = ("https", text[...])
        if let separator = text.firstRange(of: "://") {
            scheme = text[..<separator.lowerBound].lowercased()
            rest = text[separator.upperBound...]
        }
        guard ["http", "https"].contains(scheme) else { return nil }
        let authority = rest.prefix { !"/?#".contains($0) }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        guard Self.isPlace(String(place)) else { return nil }
        url = "\(scheme)://\(place)\(path.hasSuffix("/") ? path.dropLast() : path)"
        guard place.startIndex > authority.startIndex else {
            user = nil
            return
        }
        guard let user = Self.user(authority[..<place.startIndex].dropLast()) else { return nil }
        self.user = user
    }

    /// `HOST`, `HOST:PORT`, or the same with an IPv6 address in brackets.
    private static func isPlace(_ text: String) -> Bool {
        let isBracketed = text.hasPrefix("[")
        let host = isBracketed ? "\(text.prefix { $0 != "]" })]" : String(text.prefix { $0 != ":" })
        guard text.hasPrefix(host) else { return false }
        let port = text.dropFirst(host.count)
        if !port.isEmpty {
            let isNumber = port.dropFirst().utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard port.first == ":", isNumber, (1...65_535).contains(Int(port.dropFirst()) ?? 0) else { return false }
        }
        if isBracketed {
            let address = host.dropFirst().prefix { $0 != "]" && $0 != "%" }
            return address.contains(":") && SocketAddress(host: String(address), port: 0) != nil
        }
        return !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._~".contains($0) }
    }

    private static func user(_ text: Substring) -> Credential.Basic? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let words = parts.map { String($0).removingPercentEncoding }
        guard let name = words[0] else { return nil }
        if words.count == 1 { return .init(username: name, password: "") }
        return words[1].map { .init(username: name, password: $0) }
    }

    /// A text that is no address, for messages: without what may be a password.
    static func withoutUser(_ text: String) -> String {
        let scheme = text.firstRange(of: "://").map { String(text[..<$0.upperBound]) } ?? ""
        let rest = text.lastIndex(of: "@").map { text[text.index(after: $0)...] } ?? text.dropFirst(scheme.count)
        return scheme + rest.prefix { $0 != "?" && $0 != "#" }
    }
}
