import Glibc
import Testing

/// A socket of loopback that listens, and accepts only when it is told to.
final class Listener: Sendable {
    let port: Int
    private let descriptor: Int32

    init(backlog: Int32) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = unsafe bind(descriptor, pointer, size)
                _ = listen(descriptor, backlog)
                _ = unsafe getsockname(descriptor, pointer, &size)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        try #require(port > 0)
    }

    /// Whether a connection stands that the application would find; takes it if so.
    var accepts: Bool {
        let connection = accept(descriptor, nil, nil)
        if connection >= 0 { Glibc.close(connection) }
        return connection >= 0
    }

    func close() {
        Glibc.close(descriptor)
    }
}
