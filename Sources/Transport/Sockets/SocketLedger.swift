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
    /// How many are open, idle ones included.
    @safe @exclusivity(unchecked) private(set) var count = 0
    /// Sockets without a connection that are used again, by family.
    @safe @exclusivity(unchecked) private var idle: [Int32: [Int32]] = [:]

    deinit {
        while closeIdle() {}
    }

    /// Opens a socket that neither waits nor is inherited.
    func open(family: Int32, type: Int32, protocol number: Int32) -> Result<Int32, TransportError> {
        guard count < limit || closeIdle() else {
            let words = "probes have \(count) sockets open, and may have no more"
            return .failure(TransportError(.localResource, words))
        }
        let open = { Self.socket(family, type, number) }
        var descriptor = reserve?.open(open) ?? Self.result(open())
        while descriptor == -EMFILE || descriptor == -ENFILE, closeIdle() { descriptor = Self.result(open()) }
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

    // MARK: Used again

    /// Idle sockets that are kept at most: as many as are used at once where there are thousands of targets, and no large part of
    /// what there may be.
    private var mostIdle: Int { min(128, limit / 8) }

    /// Opens a TCP socket whose connection will be reset, or takes one that is idle.
    func openForConnecting(family: Int32) -> Result<Int32, TransportError> {
        if let socket = idle[family]?.popLast() { return .success(socket) }
        let opened = open(family: family, type: Int32(SOCK_STREAM.rawValue), protocol: 0)
        if case .success(let socket) = opened { SocketOptions.resetOnClose(socket) }
        return opened
    }

    /// Resets the connection of such a socket, and keeps the socket for the next one.
    ///
    /// To open and to close one costs a quarter of a check. Where the system cannot disconnect a socket, it is closed.
    /// https://man7.org/linux/man-pages/man2/connect.2.html
    func disconnect(_ socket: Int32, family: Int32) {
        var nobody = sockaddr()
        nobody.sa_family = sa_family_t(AF_UNSPEC)
        let size = socklen_t(MemoryLayout<sockaddr>.size)
        guard idle[family, default: []].count < mostIdle, unsafe connect(socket, &nobody, size) == 0 else {
            _ = close(socket)
            return
        }
        // The reset is left as the socket's error, which the next connection would have.
        _ = SocketOptions.takeError(socket)
        idle[family, default: []].append(socket)
    }

    /// Closes a socket that is idle; false if there is none.
    func closeIdle() -> Bool {
        guard let family = idle.first(where: { !$0.value.isEmpty })?.key, let socket = idle[family]?.popLast() else {
            return false
        }
        return close(socket) == 0
    }

    /// The same as `open` for whoever keeps no ledger.
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

    /// Has the kernel wait with the acknowledgement that ends a handshake, once.
    static func delayAcknowledgement(_ socket: Int32) {
        set(socket, Int32(IPPROTO_TCP), TCP_QUICKACK, 0)
    }

    /// Has a connection reset when its socket is closed.
    static func resetOnClose(_ socket: Int32) {
        var resets = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &resets, socklen_t(MemoryLayout<linger>.size))
    }

    /// Why the socket's connection cannot be made or has ended, which is forgotten by that; 0: for nothing.
    static func takeError(_ socket: Int32) -> Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno
    }

    private static func set(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = unsafe setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
