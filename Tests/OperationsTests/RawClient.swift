import Coordination
import Foundation
import Glibc

/// A connection of its own to a port of this machine, byte by byte.
final class RawClient: Sendable {
    private let descriptor: Int32
    private let rest = Locked<[UInt8]>([])

    /// Connects; fails the test's assumption if it cannot.
    ///
    /// `buffer`: bytes that the kernel keeps for a client that does not read; nil: as many as it likes.
    init(port: Int, buffer: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var buffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(result == 0, "cannot connect to port \(port)")
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    /// False if the other end is gone.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Everything until the other end closes; nil if it does not within half a minute.
    ///
    /// Read on a thread of its own: the tasks' threads are few.
    func readToEnd() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: readAll()) }
        }
    }

    /// What comes until a text has come, without what follows; nil if it does not come within half a minute.
    ///
    /// Read on a thread of its own.
    func read(until end: String) async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: readAll(until: Array(end.utf8))) }
        }
    }

    private func readAll(until end: [UInt8]) -> String? {
        var text = rest.withLock { $0 }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var looked = 0
        while true {
            if let found = text[looked...].firstRange(of: end) {
                rest.withLock { $0 = Array(text[found.upperBound...]) }
                return String(decoding: text[..<found.upperBound], as: UTF8.self)
            }
            looked = max(0, text.count - end.count)
            let count = receive(into: &buffer)
            if count <= 0 { return nil }
            text += buffer[..<count]
        }
    }

    private func readAll() -> String? {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = receive(into: &buffer)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return String(decoding: text, as: UTF8.self) }
            if count < 0 { return nil }
            text += buffer[..<count]
        }
    }

    /// As `recv`, but for the interruption of a process that was stopped and goes on, which ends a wait that has a limit.
    private func receive(into buffer: inout [UInt8]) -> Int {
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Whether the other end has closed, as far as is known now.
    var isClosed: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN)
    }

    /// An exchange of its own: connect, ask, read.
    static func exchange(port: Int, _ head: String) async -> String? {
        let client = RawClient(port: port)
        client.send(head + "\r\nConnection: close\r\n\r\n")
        return await client.readToEnd()
    }
}
