import CLibcurl
import Glibc

/// Whose the kept connections are that nobody uses, by descriptor; libcurl tells of each one that it closes, so that a
/// number always stands for the connection that it was noted for.
///
/// Confined to the loop's thread; lives longer than the connections.
@safe final class KeptSockets {
    @safe @exclusivity(unchecked) private var checks: [Int32: Check] = [:]
    /// Counts all sockets of checks, kept or not.
    let ledger = SocketLedger()

    /// Whose connection a socket is; nil if nobody waits for news of it.
    func check(of socket: Int32) -> Check? { checks[socket] }

    /// A check has kept a connection, in place of the one that it had.
    func keep(_ socket: Int32, of check: Check) {
        if check.idleSocket == socket { return }
        if let old = check.idleSocket { checks[old] = nil }
        checks.updateValue(check, forKey: socket)?.idleSocket = nil
        check.idleSocket = socket
    }

    /// The socket is no kept connection any more.
    func forget(_ socket: Int32) {
        checks.removeValue(forKey: socket)?.idleSocket = nil
    }

    /// Ends a connection that nobody will use again: the peer sees it closed at once, libcurl when it next looks.
    func end(_ socket: Int32) {
        forget(socket)
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Has libcurl open and close the sockets of connections that are made with `handle` here.
    func watch(_ handle: EasyHandle) {
        handle.openSockets(on: ledger)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe cl_easy_set_pointer(handle.easy, CURLOPT_CLOSESOCKETDATA, context)
        _ = unsafe cl_easy_set_close_function(handle.easy) { context, socket in
            unsafe Unmanaged<KeptSockets>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.close(socket) }
        }
    }

    private func close(_ socket: Int32) -> Int32 {
        if !checks.isEmpty { forget(socket) }
        return ledger.close(socket)
    }
}
