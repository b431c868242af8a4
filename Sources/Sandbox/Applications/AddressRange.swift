import NIOConcurrencyHelpers

/// The addresses on which toy applications listen.
package final class AddressRange: Sendable {
    private let first: UInt32
    private let count: UInt32
    private let last: NIOLockedValueBox<UInt32>

    /// Loopback addresses that two sandboxes on one machine are unlikely to share.
    package static var loopback: AddressRange {
        let second = UInt32.random(in: 2...254)
        return AddressRange(first: 127 << 24 | second << 16, count: 0xFFFF, start: UInt32.random(in: 0...60_000))
    }

    /// Whether the addresses never leave this machine.
    package var isLoopback: Bool { first >> 24 == 127 }

    private init(first: UInt32, count: UInt32, start: UInt32) {
        self.first = first
        self.count = count
        last = NIOLockedValueBox(start)
    }

    /// Reads `10.1.0.0/16`, or one address; nil for anything else.
    package convenience init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        guard bytes.count == 4, parts.count <= 2, let bits = parts.count == 2 ? UInt32(parts[1]) : 32, bits <= 32
        else { return nil }
        let size = bits == 0 ? UInt32.max : UInt32((UInt64(1) << (32 - UInt64(bits))) - 1)
        let base = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & ~size
        // The first and the last address of a network are not for hosts.
        self.init(first: base, count: max(size, 1), start: 0)
    }

    /// The next IPv4 address, from the beginning again after the last; it may be in use.
    func next() -> String {
        let offset = last.withLockedValue { last in
            last = last % count + (count > 1 ? 1 : 0)
            if last >= count, count > 1 { last = 1 }
            return last
        }
        let address = first + offset
        return [24, 16, 8, 0].map { "\(address >> $0 & 0xFF)" }.joined(separator: ".")
    }
}
