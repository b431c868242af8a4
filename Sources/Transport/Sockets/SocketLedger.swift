import CLibcurl
import Glibc
import HostSystem

/// The sockets that a loop's checks have open: no more than they may, and some even when the process may open no more.
///
/// Confined to the loop's thread.
@safe final class SocketLedger {
    /// How many may be open.
    var limit = Int.max
    /// Nil: none are held back.
    var reserve: DescriptorReserve?
    @safe @exclusivity(unchecked) private(set) var count = 0

    /// Opens a socket that neither waits nor is inherited.
    func open(family: Int32, type: Int32, protocol number: Int32) -> Result<Int32, TransportError> {
        guard count < limit else {
            let words = "probes have \(count) sockets open, and may have no more"
            return .failure(TransportError(.localResource, words))
        }
        let open = { Self.socket(family, type, number) }
        let descriptor = reserve?.open(open) ?? Self.result(open())
        if descriptor < 0 { return .failure(TransportError(socket: -descriptor)) }
        count += 1
        return .success(descriptor)
    }

    /// Closes a socket that was opened here.
    func close(_ socket: Int32) -> Int32 {
        count -= 1
        defer { reserve?.refill() }
        return Glibc.close(socket)
    }

    /// The same for whoever keeps no ledger.
    static func openUncounted(family: Int32, type: Int32, protocol number: Int32) -> Result<Int32, TransportError> {
        let descriptor = result(socket(family, type, number))
        return descriptor < 0 ? .failure(TransportError(socket: -descriptor)) : .success(descriptor)
    }

    private static func socket(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
        Glibc.socket(family, type | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), number)
    }

    private static func result(_ descriptor: Int32) -> Int32 { descriptor < 0 ? -errno : descriptor }
}

/// Options of the kernel's TCP.
enum SocketOptions {
    /// Ends a connection whose peer has not acknowledged bytes for `limit`, and asks an idle peer at that rate whether it
    /// lives.
    ///
    /// https://man7.org/linux/man-pages/man7/tcp.7.html
    static func detectDeadPeer(_ socket: Int32, within limit: Duration) {
        let seconds = Int32(clamping: max(1, limit.components.seconds))
        set(socket, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPIDLE, seconds)
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, seconds / 3))
        set(socket, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
        set(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: limit.millisecondCount))
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    }

    private static func set(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = unsafe setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
