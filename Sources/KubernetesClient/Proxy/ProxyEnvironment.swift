import Foundation
import Glibc
import Transport

/// The proxies that the environment names, and what is not to go through them, by the rules of Go's programs.
///
/// https://pkg.go.dev/golang.org/x/net/http/httpproxy
struct ProxyEnvironment: Sendable {
    /// One entry of NO_PROXY.
    private enum Exception: Sendable, Hashable {
        case everything
        /// An address, or a network of the first `bits` bits.
        case network(address: [UInt8], bits: Int, port: Int?)
        /// A domain with a dot before it: names that end so, and unless `onlyBelow` the domain itself.
        case domain(suffix: String, onlyBelow: Bool, port: Int?)
    }

    private let secure: String
    private let plain: String
    private let exceptions: [Exception]

    /// Takes what is named there, in capitals or not.
    init(_ environment: [String: String]) {
        func value(_ name: String) -> String {
            [name, name.lowercased()].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        }
        secure = value("HTTPS_PROXY")
        plain = value("HTTP_PROXY")
        exceptions = value("NO_PROXY").split(separator: ",").compactMap { Self.exception(String($0)) }
    }

    /// The proxy to a server; nil if it is reached directly.
    ///
    /// - Throws: if the environment names one that we cannot use: nobody who wants a proxy wants to be without.
    func proxy(for server: String) throws(CredentialError) -> Proxy? {
        guard let authority = URLAuthority(server) else { return nil }
        let text = server.hasPrefix("https:") ? secure : plain
        guard !text.isEmpty, goesThrough(host: authority.bareHost.lowercased(), port: authority.port) else {
            return nil
        }
        return try Proxy(configured: text)
    }

    private func goesThrough(host: String, port: Int) -> Bool {
        if host == "localhost" { return false }
        let address = Self.bytes(of: host)
        if let address, Self.isLoopback(address) { return false }
        return !exceptions.contains { Self.covers($0, host: host, address: address, port: port) }
    }

    private static func covers(_ exception: Exception, host: String, address: [UInt8]?, port: Int) -> Bool {
        switch exception {
        case .everything: return true
        case .network(let network, let bits, let only):
            guard let address, only == nil || only == port else { return false }
            return network.count == address.count && hasPrefix(address, network, bits: bits)
        case .domain(let suffix, let onlyBelow, let only):
            guard only == nil || only == port else { return false }
            return host.hasSuffix(suffix) || !onlyBelow && host == suffix.dropFirst()
        }
    }

    // MARK: Reading

    private static func exception(_ text: String) -> Exception? {
        let entry = text.trimmingCharacters(in: .whitespaces).lowercased()
        if entry == "*" { return .everything }
        if let network = network(entry) { return network }
        let (host, port) = split(entry)
        if host.isEmpty { return nil }
        if let address = bytes(of: host) { return .network(address: address, bits: address.count * 8, port: port) }
        if host.hasPrefix("*.") { return .domain(suffix: String(host.dropFirst()), onlyBelow: true, port: port) }
        if host.hasPrefix(".") { return .domain(suffix: host, onlyBelow: true, port: port) }
        return .domain(suffix: ".\(host)", onlyBelow: false, port: port)
    }

    private static func network(_ entry: String) -> Exception? {
        let parts = entry.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = Int(parts[1]), let address = bytes(of: String(parts[0])),
            (0...address.count * 8).contains(bits)
        else { return nil }
        return .network(address: address, bits: bits, port: nil)
    }

    /// `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`; an IPv6 address without brackets has no port.
    private static func split(_ entry: String) -> (host: String, port: Int?) {
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            let rest = entry[entry.index(after: end)...]
            return (String(entry[entry.index(after: entry.startIndex)..<end]), Int(rest.dropFirst()))
        }
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]) else { return (entry, nil) }
        return (String(parts[0]), port)
    }

    // MARK: Addresses

    /// The 4 or 16 bytes of an IP address, an IPv4 address in IPv6 as 4; nil for a name.
    static func bytes(of host: String) -> [UInt8]? {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, host, &four) == 1 { return unsafe withUnsafeBytes(of: four) { unsafe Array($0) } }
        var sixteen = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &sixteen) == 1 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: sixteen) { unsafe Array($0) }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }

    private static func isLoopback(_ address: [UInt8]) -> Bool {
        address.count == 4 ? address[0] == 127 : address == Array(repeating: 0, count: 15) + [1]
    }

    private static func hasPrefix(_ address: [UInt8], _ network: [UInt8], bits: Int) -> Bool {
        (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> (bit % 8)
            return address[bit / 8] & mask == network[bit / 8] & mask
        }
    }
}
