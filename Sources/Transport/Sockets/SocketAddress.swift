import Glibc

/// An IP address and port, as the kernel takes them.
package struct SocketAddress: Sendable, Equatable {
    private let host: String
    private let port: Int
    private let storage: sockaddr_storage
    private let length: socklen_t
    /// `AF_INET` or `AF_INET6`.
    let family: Int32

    /// Nil if `host` is no IP address, but a name.
    package init?(host: String, port: Int) {
        self.host = host
        self.port = port
        let number = UInt16(truncatingIfNeeded: port).bigEndian
        var storage = sockaddr_storage()
        let numbers = Self.mapped(host) ?? host
        if numbers.contains(":") {
            var address = sockaddr_in6()
            guard unsafe inet_pton(AF_INET6, numbers, &address.sin6_addr) == 1 else { return nil }
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = number
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: address, as: sockaddr_in6.self) }
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            family = AF_INET6
        } else {
            var address = sockaddr_in()
            guard unsafe inet_pton(AF_INET, numbers, &address.sin_addr) == 1 else { return nil }
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = number
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: address, as: sockaddr_in.self) }
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            family = AF_INET
        }
        self.storage = storage
    }

    /// The IPv4 address that an IPv6 address stands for, `::ffff:10.0.0.1`; nil for any other.
    ///
    /// A socket that went there is never fit for IPv6 again.
    /// https://man7.org/linux/man-pages/man7/ipv6.7.html
    private static func mapped(_ host: String) -> String? {
        var address = in6_addr()
        guard host.contains(":"), unsafe inet_pton(AF_INET6, host, &address) == 1 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
        guard bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF else { return nil }
        return bytes.suffix(4).map { "\($0)" }.joined(separator: ".")
    }

    package static func == (lhs: SocketAddress, rhs: SocketAddress) -> Bool {
        lhs.host == rhs.host && lhs.port == rhs.port
    }

    /// Begins to connect; 0, or the kernel's error.
    func connect(_ socket: Int32) -> Int32 {
        var storage = storage
        let result = unsafe withUnsafeBytes(of: &storage) { bytes in
            unsafe Glibc.connect(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), length)
        }
        return result == 0 ? 0 : errno
    }
}
