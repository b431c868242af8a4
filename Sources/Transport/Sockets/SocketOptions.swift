import CLibcurl
import Glibc

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
