import Glibc

/// A block of addresses, like `10.0.0.0/8` or `fd00::/8`; without a length, one address.
package struct AddressBlock: Sendable, Hashable {
    /// 4 bytes, or 16.
    private let bytes: [UInt8]
    /// Leading bits that count.
    private let length: Int

    /// Nil if the text is no block.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        guard parts.count == 2 else {
            self.init(bytes, length: bytes.count * 8)
            return
        }
        guard let length = Int(parts[1]), (0...bytes.count * 8).contains(length) else { return nil }
        self.init(bytes, length: length)
    }

    private init(_ bytes: [UInt8], length: Int) {
        self.bytes = bytes
        self.length = length
    }

    /// This machine to itself.
    static let loopback = [
        AddressBlock([127, 0, 0, 0], length: 8), AddressBlock([UInt8](repeating: 0, count: 15) + [1], length: 128),
    ]

    /// Whether an address belongs to it; an IPv4 address counts as such also where an IPv6 socket shows it.
    func contains(_ address: String) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        let (whole, rest) = (length / 8, length % 8)
        guard other[..<whole] == bytes[..<whole] else { return false }
        return rest == 0 || (other[whole] ^ bytes[whole]) >> (8 - rest) == 0
    }

    /// In the order of the network; nil for what is no IP address.
    ///
    /// https://man7.org/linux/man-pages/man3/inet_pton.3.html
    private static func bytes(of text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        // https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }
}
