import Glibc

/// An IPv4 or IPv6 address, to ask what range it is in.
struct IPAddress {
    /// Four bytes or sixteen, in network order.
    let bytes: [UInt8]

    /// Nil for anything that is no address.
    init?(_ text: String) {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            bytes = unsafe withUnsafeBytes(of: &four) { unsafe Array($0) }
            return
        }
        var six = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = unsafe withUnsafeBytes(of: &six) { unsafe Array($0) }
    }

    /// False for IPv6.
    var isIPv4: Bool { bytes.count == 4 }

    /// Whether it is in 169.254.0.0/16 or fe80::/10.
    var isLinkLocal: Bool {
        isIPv4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }

    /// Whether it is in 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        isIPv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether it is in 224.0.0.0/24 or ff02::/16.
    var isLinkLocalMulticast: Bool {
        isIPv4 ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }

    /// Whether it is 0.0.0.0 or ::.
    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
}
