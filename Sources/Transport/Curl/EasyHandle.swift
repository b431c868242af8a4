import CLibcurl

/// One libcurl easy handle, the buffer for its error text, and what of its exchange was our own failure.
@safe final class EasyHandle {
    let easy: UnsafeMutableRawPointer
    /// Where libcurl leaves its words.
    let errorText: UnsafeMutablePointer<CChar>
    /// Why libcurl got no socket, or cannot be told that one is ready; it does not know itself.
    @safe @exclusivity(unchecked) var ownFailure: TransportError?
    /// Counts its sockets; nil: nobody does.
    private var ledger: SocketLedger?

    /// Nil if there is no memory.
    init?() {
        guard let easy = unsafe curl_easy_init() else { return nil }
        unsafe self.easy = easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe errorText.deallocate()
    }

    /// Opens its sockets itself, as libcurl loses the kernel's error.
    ///
    /// `ledger`: where they are counted; whoever gives one closes them there, too.
    ///
    /// https://curl.se/libcurl/c/CURLOPT_OPENSOCKETFUNCTION.html
    func openSockets(on ledger: SocketLedger?) {
        self.ledger = ledger
        _ = unsafe cl_easy_set_pointer(easy, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        _ = unsafe cl_easy_set_opensocket_function(easy) { context, _, address in
            unsafe Unmanaged<EasyHandle>.fromOpaque(context)._withUnsafeGuaranteedRef {
                let address = unsafe address.pointee
                return $0.openSocket(address.family, address.socktype, address.protocol)
            }
        }
    }

    /// One of several addresses may have no socket, like one of IPv6 on a machine without: the last one counts.
    private func openSocket(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
        let result =
            ledger?.open(family: family, type: type, protocol: number)
            ?? SocketLedger.openUncounted(family: family, type: type, protocol: number)
        switch result {
        case .success(let socket):
            ownFailure = nil
            return socket
        case .failure(let error):
            ownFailure = error
            return CURL_SOCKET_BAD
        }
    }

    /// A number that libcurl knows of the last exchange; 0 if it does not.
    func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = unsafe cl_easy_get_long(easy, info, &value)
        return value
    }

    /// Why libcurl gave up.
    func failure(_ code: CURLcode) -> TransportError {
        if let ownFailure { return ownFailure }
        let text = unsafe String(cString: errorText)
        let detail = text.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : text
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL where long(CURLINFO_PRIMARY_PORT) > 0:
            // libcurl's one code for "I do not know this scheme" and "the peer's answer is no HTTP".
            return TransportError(.notHTTP, detail)
        case CURLE_PEER_FAILED_VERIFICATION:
            return TransportError(TransportError.untrusted(verification: long(CURLINFO_SSL_VERIFYRESULT)), detail)
        default: return TransportError(code, errno: long(CURLINFO_OS_ERRNO), detail: detail)
        }
    }
}

/// Idle easy handles: making one costs more than resetting one, and keeping one takes 20 kB.
final class HandlePool {
    private static let capacity = 32
    private var idle: [EasyHandle] = []

    /// An idle handle, or a new one.
    ///
    /// - Throws: if there is no memory.
    func take() throws(TransportError) -> EasyHandle {
        if let handle = idle.popLast() { return handle }
        guard let handle = EasyHandle() else { throw TransportError(.localResource, "no memory for a libcurl handle") }
        return handle
    }

    /// Takes back a handle that is in no multi any more.
    func giveBack(_ handle: EasyHandle) {
        unsafe curl_easy_reset(handle.easy)
        handle.ownFailure = nil
        if idle.count < Self.capacity { idle.append(handle) }
    }

    /// Lets go of all idle handles.
    func removeAll() {
        idle = []
    }
}
