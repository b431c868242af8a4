/// An answer of a DNS server.
///
/// https://www.rfc-editor.org/rfc/rfc1035#section-4
struct DNSAnswer: Sendable {
    /// How a question ended.
    enum Code: UInt16, Sendable {
        /// The name is there, perhaps with nothing of the type that was asked for.
        case success = 0
        /// The packet cannot be read.
        case formatError = 1
        /// The name is not there.
        case noName = 3
        /// Nothing but names can be asked for.
        case notImplemented = 4
        /// Somebody else has the say about the name.
        case refused = 5
    }

    /// How the question ended.
    var code: Code = .success
    /// What was asked for.
    var records: [DNSRecord] = []
    /// Of an answer with nothing: how long that holds.
    var authority: [DNSRecord] = []
    /// What will be asked next.
    var additional: [DNSRecord] = []

    /// The most octets of a packet.
    static let limit = 512

    /// The packet; records that do not fit are left out, and the client is told so.
    func bytes(for query: DNSQuery) -> [UInt8] {
        var body = query.question
        var counts: [UInt16] = []
        var isTruncated = false
        for (section, mayBeCut) in [(records, false), (authority, true), (additional, true)] {
            var count: UInt16 = 0
            for record in section {
                let bytes = record.bytes(for: query)
                if isTruncated || DNSQuery.headerSize + body.count + bytes.count > Self.limit {
                    isTruncated = isTruncated || !mayBeCut
                    break
                }
                body += bytes
                count += 1
            }
            counts.append(count)
        }
        var flags = DNSFlags.isAnswer | query.flags & DNSFlags.wantsRecursion | code.rawValue
        if code != .refused { flags |= DNSFlags.isAuthoritative }
        if isTruncated { flags |= DNSFlags.isTruncated }
        let header = [query.id, flags, 1] + counts
        return header.flatMap(\.octets) + body
    }
}

/// One record.
struct DNSRecord: Sendable, Hashable {
    /// What it says; each has a type of its own.
    enum Content: Sendable, Hashable {
        /// An address of IPv4, four octets, or of IPv6, sixteen.
        case address([UInt8])
        /// Another name for it.
        case alias([String])
        /// Text.
        case text(String)
        /// Where a service is, with its weight among others.
        case service(weight: UInt16, port: UInt16, target: [String])
        /// Who has the say about the zone, and a number that grows with every change.
        case authority(serial: UInt32)
    }

    /// The labels of the name.
    var name: [String]
    /// What it says of the name.
    var content: Content
    /// Seconds that it may be remembered.
    var lifetime: UInt32 = 5

    /// The number of the type.
    var type: UInt16 {
        switch content {
        case .address(let octets): octets.count == 4 ? Self.ipv4 : Self.ipv6
        case .alias: Self.alias
        case .text: Self.text
        case .service: Self.service
        case .authority: Self.authority
        }
    }

    /// A.
    static let ipv4: UInt16 = 1
    /// CNAME.
    static let alias: UInt16 = 5
    /// SOA.
    static let authority: UInt16 = 6
    /// TXT.
    static let text: UInt16 = 16
    /// AAAA.
    static let ipv6: UInt16 = 28
    /// SRV. https://www.rfc-editor.org/rfc/rfc2782
    static let service: UInt16 = 33

    /// As it stands in the answer to a query: where its name is that of the question, it points there.
    func bytes(for query: DNSQuery) -> [UInt8] {
        let pointer: [UInt8] = [0xC0, UInt8(DNSQuery.headerSize)]
        let owner = name == query.name ? pointer : Self.bytes(of: name)
        let content = contentBytes
        return owner + type.octets + UInt16(1).octets + lifetime.octets + UInt16(content.count).octets + content
    }

    private var contentBytes: [UInt8] {
        switch content {
        case .address(let octets): return octets
        case .alias(let name): return Self.bytes(of: name)
        case .text(let text): return [UInt8(min(text.utf8.count, 255))] + text.utf8.prefix(255)
        case .service(let weight, let port, let target):
            return [0, weight, port].flatMap(\.octets) + Self.bytes(of: target)
        case .authority(let serial):
            // As CoreDNS has them: refresh, retry, expiry, and how long it holds that there is nothing.
            let numbers: [UInt32] = [serial, 7200, 1800, 86_400, 5]
            return Self.bytes(of: ["ns", "dns"] + name) + Self.bytes(of: ["hostmaster"] + name)
                + numbers.flatMap(\.octets)
        }
    }

    private static func bytes(of name: [String]) -> [UInt8] {
        name.flatMap { [UInt8(min($0.utf8.count, 63))] + $0.utf8.prefix(63) } + [0]
    }
}

extension FixedWidthInteger {
    /// The octets, the highest first.
    fileprivate var octets: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> Self($0)) }
    }
}
