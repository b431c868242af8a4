import CLibcurl

/// One libcurl multi handle: exchanges that share connections.
///
/// Pools are to stay small where connections are kept: libcurl walks all of a multi's connections at the end of each
/// exchange.
@safe final class TransferPool {
    /// When libcurl wants to be called, monotonic nanoseconds; nil: not before a socket is ready.
    private(set) var deadline: UInt64?
    /// Whether the pool goes as soon as it is empty.
    var isRetired = false
    private let index: Int
    private let epoll: Epoll
    private let multi: UnsafeMutableRawPointer
    private var knownSockets: Set<Int32> = []
    private var count = 0

    init(index: Int, epoll: Epoll) {
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("out of memory for a libcurl multi") }
        self.index = index
        self.epoll = epoll
        unsafe self.multi = multi
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe cl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
        _ = unsafe cl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
        _ = unsafe cl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = unsafe cl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 256)
        _ = unsafe cl_multi_set_socket_function(multi) { _, socket, what, context, _ in
            unsafe Unmanaged<TransferPool>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.watch(socket, what) }
            return 0
        }
        _ = unsafe cl_multi_set_timer_function(multi) { _, milliseconds, context in
            unsafe Unmanaged<TransferPool>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.setTimer(milliseconds) }
            return 0
        }
    }

    deinit {
        _ = unsafe curl_multi_cleanup(multi)
    }

    var isEmpty: Bool { count == 0 }

    func add(_ transfer: Transfer) {
        count += 1
        _ = unsafe curl_multi_add_handle(multi, transfer.handle.easy)
    }

    func remove(_ transfer: Transfer) {
        count -= 1
        _ = unsafe curl_multi_remove_handle(multi, transfer.handle.easy)
    }

    func isDue(at now: UInt64) -> Bool { deadline.map { $0 <= now } ?? false }

    /// libcurl's timer ran out.
    func timerDue() {
        deadline = nil
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// A socket is ready.
    func socketReady(_ socket: Int32, events: UInt32) {
        var mask: Int32 = 0
        if events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(multi, socket, mask, &running)
    }

    /// One exchange that libcurl has ended, and how; nil if there is none.
    func takeFinished() -> (transfer: Transfer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = unsafe cl_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context = unsafe context else { continue }
            return unsafe (Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue(), code)
        }
        return nil
    }

    // MARK: What libcurl asks for

    private func watch(_ socket: Int32, _ what: Int32) {
        let isKnown = knownSockets.contains(socket)
        if what == CURL_POLL_REMOVE {
            knownSockets.remove(socket)
            return epoll.remove(socket)
        }
        var events: UInt32 = 0
        if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
        let token = UInt64(UInt32(index)) << 32 | UInt64(UInt32(bitPattern: socket))
        epoll.set(socket, events: events, token: token, isKnown: isKnown)
        knownSockets.insert(socket)
    }

    private func setTimer(_ milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : EventLoop.now + UInt64(milliseconds) * 1_000_000
    }
}
