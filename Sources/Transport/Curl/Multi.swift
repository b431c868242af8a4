import CLibcurl
import CLinux

/// One libcurl multi handle on the loop's epoll: exchanges that share connections.
///
/// Multis are to stay small where connections are kept: libcurl walks all of a multi's connections at the end of each
/// exchange.
@safe final class Multi {
    /// What happens to sockets that libcurl does not wait for any more.
    enum Rest {
        /// They are not looked at.
        case unwatched
        /// They are closed at once, which takes them out of epoll without another call.
        case closed
        /// They are looked at for the peer's closing them.
        case watched
    }

    /// Whether the loop has yet to ask which exchanges ended.
    @safe @exclusivity(unchecked) var isTouched = false
    /// What callbacks of its connections refer to, to the last that is closed with the multi.
    var context: AnyObject?
    /// Its place in the loop's table.
    let index: Int
    private let epoll: Epoll
    private let deadlines: MultiDeadlines
    private let rest: Rest
    private let multi: UnsafeMutableRawPointer
    private var unwatched: [(easy: UnsafeMutableRawPointer, error: TransportError)] = unsafe []

    /// `connections`: how many may be kept.
    ///
    /// - Throws: if there is no memory, or none of what else libcurl wants for it.
    init(
        index: Int,
        epoll: Epoll,
        deadlines: MultiDeadlines,
        rest: Rest,
        connections: Int
    ) throws(TransportError) {
        guard let multi = unsafe curl_multi_init() else {
            throw TransportError(.localResource, "libcurl gets no memory or descriptors for a multi")
        }
        self.index = index
        self.epoll = epoll
        self.deadlines = deadlines
        self.rest = rest
        unsafe self.multi = multi
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe cl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
        _ = unsafe cl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
        _ = unsafe cl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        // By default four for each exchange that is under way, so that most idle ones would be closed.
        _ = unsafe cl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
        _ = unsafe cl_multi_set_socket_function(multi) { easy, socket, what, context, _ in
            unsafe Unmanaged<Multi>.fromOpaque(context)._withUnsafeGuaranteedRef { unsafe $0.watch(socket, what, easy) }
            return 0
        }
        _ = unsafe cl_multi_set_timer_function(multi) { _, milliseconds, context in
            unsafe Unmanaged<Multi>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.setTimer(milliseconds) }
            return 0
        }
    }

    deinit {
        _ = unsafe curl_multi_cleanup(multi)
    }

    /// - Throws: if libcurl does not take it; it is in no multi then.
    func add(_ handle: EasyHandle) throws(TransportError) {
        let code = unsafe curl_multi_add_handle(multi, handle.easy)
        if code != CURLM_OK { throw TransportError(code) }
    }

    /// Exchanges wait for a connection rather than open one more to the same host.
    ///
    /// https://curl.se/libcurl/c/CURLMOPT_MAX_HOST_CONNECTIONS.html
    func limitConnections(toEachHost limit: Int) {
        _ = unsafe cl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limit)
    }

    /// Takes a handle out; an exchange under way is given up.
    func remove(_ handle: EasyHandle) {
        _ = unsafe curl_multi_remove_handle(multi, handle.easy)
        if unsafe !unwatched.isEmpty { unsafe unwatched.removeAll { unsafe $0.easy == handle.easy } }
    }

    /// libcurl's timer ran out.
    func timerDue() {
        deadlines[index] = .max
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

    /// One exchange that libcurl has ended, by what its handle was given as its private pointer, and how; nil if there is
    /// none.
    func takeFinished() -> (context: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = unsafe cl_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
            if let context = unsafe context { return unsafe (context, code) }
        }
        return nil
    }

    /// One exchange that waits for a socket that the kernel will not tell of, by the same pointer, and why; nil if there is
    /// none.
    ///
    /// To say so to libcurl within its call would end every exchange of the multi.
    func takeUnwatched() -> (context: UnsafeMutableRawPointer, error: TransportError)? {
        guard let (easy, error) = unsafe unwatched.popLast() else { return nil }
        var context: UnsafeMutableRawPointer?
        _ = unsafe cl_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
        return unsafe context.map { unsafe ($0, error) } ?? takeUnwatched()
    }

    // MARK: What libcurl asks for

    private func watch(_ socket: Int32, _ what: Int32, _ easy: UnsafeMutableRawPointer) {
        guard what == CURL_POLL_REMOVE else {
            var events: UInt32 = 0
            if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
            if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
            let error = epoll.set(socket, events: events, token: Epoll.Token(.exchange, multi: index, socket))
            if error != 0 { unsafe unwatched.append((easy, TransportError(watch: error))) }
            return
        }
        switch rest {
        case .unwatched: epoll.remove(socket)
        case .closed: epoll.forget(socket)
        case .watched:
            // If the kernel does not take it, the peer's farewell shows at the next exchange.
            _ = epoll.set(socket, events: EPOLLRDHUP.rawValue, token: Epoll.Token(.idle, multi: index, socket))
        }
    }

    private func setTimer(_ milliseconds: Int) {
        deadlines[index] = milliseconds < 0 ? .max : EventLoop.now + UInt64(milliseconds) * 1_000_000
    }
}

/// When libcurl wants to be called for each multi, side by side, as all are looked at in every turn.
///
/// Confined to the loop's thread.
final class MultiDeadlines {
    /// Monotonic nanoseconds; `.max`: not before a socket is ready.
    @safe @exclusivity(unchecked) private var times: ContiguousArray<UInt64> = []

    /// The deadline of the multi with that index.
    subscript(index: Int) -> UInt64 {
        get { times[index] }
        set {
            if index >= times.count { times += repeatElement(.max, count: index + 1 - times.count) }
            times[index] = newValue
        }
    }

    /// The first of all; `.max`: there is none.
    var first: UInt64 {
        var first = UInt64.max
        for time in times where time < first { first = time }
        return first
    }

    /// The indices of those that are due.
    func due(at now: UInt64, into indices: inout [Int]) {
        for index in times.indices where times[index] <= now { indices.append(index) }
    }
}
