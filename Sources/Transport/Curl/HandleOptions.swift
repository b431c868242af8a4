import CLibcurl
import HostSystem

/// Sets libcurl's options for a request.
struct HandleOptions {
    /// The handle that is told.
    let handle: EasyHandle
    /// The first option that libcurl did not take; an exchange without it would be another one.
    private let refusal = Refusal()

    private final class Refusal {
        /// Nil: every option was taken.
        var error: TransportError?
    }

    /// Options of a handle that was told nothing yet.
    init(handle: EasyHandle) {
        self.handle = handle
    }

    /// - Throws: if an option was not taken.
    func check() throws(TransportError) {
        if let error = refusal.error { throw error }
    }

    /// Tells the handle everything of a request but where its answer goes.
    ///
    /// - Throws: if libcurl does not take an option, or a header cannot be sent.
    func apply(_ request: HTTPRequest) throws(TransportError) {
        try Self.check(request.headers)
        try set(CURLOPT_URL, Self.url(of: request))
        note(unsafe cl_easy_set_http_only(handle.easy))
        unsafe set(CURLOPT_ERRORBUFFER, handle.errorText)
        unsafe handle.errorText.pointee = 0
        // Without it every exchange installs signal handlers, which is neither cheap nor safe in threads.
        set(CURLOPT_NOSIGNAL, 1)
        // libcurl's own cache prunes itself after each exchange, addresses without a name included.
        set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
        // A path is sent as it is written, as Go's client sends it.
        set(CURLOPT_PATH_AS_IS, 1)
        // A thread that waits for a silent name server is left behind rather than waited for.
        setIfKnown(CURLOPT_QUICK_EXIT, 1)
        if let timeout = request.timeout { set(CURLOPT_TIMEOUT_MS, timeout.millisecondCount) }
        if let proxy = request.proxy { try setProxy(proxy, trusting: request.tls.authority) }
        applyVersion(request.version)
        applyConnection(request.connection)
        applyMethod(request)
        if request.url.hasPrefix("https:") { try applyTLS(request.tls) }
        try check()
    }

    private static func check(_ headers: [HTTPRequest.Header]) throws(TransportError) {
        for header in headers where ![header.name, header.value].allSatisfy(HTTPRequest.Header.canHold) {
            throw TransportError(.badRequest, "the header \"\(header.name)\" holds a control character")
        }
    }

    /// A proxy that is named is used, whatever libcurl finds in the environment.
    private func setProxy(_ proxy: String, trusting authority: TLSConfiguration.Authority) throws(TransportError) {
        try set(CURLOPT_PROXY, proxy)
        if proxy.isEmpty { return }
        try set(CURLOPT_NOPROXY, "")
        // As Go does: a proxy that speaks TLS may have its certificate from the cluster's authority, too.
        if proxy.hasPrefix("https:"), case .pem(let pem) = authority {
            try set(CURLOPT_PROXY_CAINFO_BLOB, blob: pem, called: "certificate authority")
        }
    }

    /// What checks need besides, each of them small and one of thousands.
    func applyChecks() {
        // Allocated for each exchange that is under way.
        set(CURLOPT_BUFFERSIZE, 4096)
        // One small write needs no TCP_NODELAY, and saves a system call without it.
        set(CURLOPT_TCP_NODELAY, 0)
        // A kept connection is used at every period, however long that is; 118 s by default.
        set(CURLOPT_MAXAGE_CONN, 2 * 3600)
        // A server chooses the group of a key exchange among those offered; one of finite fields with 8192 bits costs 50 ms
        // of the loop. Go, and with it the kubelet, offers none of these either.
        _ = unsafe cl_easy_set_string(handle.easy, CURLOPT_SSL_EC_CURVES, "X25519:P-256:P-384:P-521")
        _ = unsafe cl_easy_set_string(handle.easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:!kDHE")
    }

    private func applyVersion(_ version: HTTPRequest.Version) {
        switch version {
        case .http1:
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            set(CURLOPT_SSL_ENABLE_ALPN, 0)
        case .http2:
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            // Wait for a connection that is being made rather than make another.
            set(CURLOPT_PIPEWAIT, 1)
        case .http2Alone:
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        case .http2Only:
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
        case .connectOnly:
            set(CURLOPT_CONNECT_ONLY, 1)
        }
    }

    private func applyConnection(_ use: HTTPRequest.ConnectionUse) {
        switch use {
        case .single:
            set(CURLOPT_FRESH_CONNECT, 1)
            set(CURLOPT_FORBID_REUSE, 1)
        case .shared: break
        }
    }

    private func applyMethod(_ request: HTTPRequest) {
        switch request.method {
        case "HEAD": set(CURLOPT_NOBODY, 1)
        case "GET" where request.body == nil: break
        default: note(unsafe cl_easy_set_string(handle.easy, CURLOPT_CUSTOMREQUEST, request.method))
        }
        guard let body = request.body else { return }
        // The least; 64 kB by default, which an idle handle keeps.
        set(CURLOPT_UPLOAD_BUFFERSIZE, 16_384)
        set(CURLOPT_POSTFIELDSIZE, body.count)
        let code = unsafe body.withUnsafeBytes { bytes in
            unsafe cl_easy_set_pointer(
                handle.easy,
                CURLOPT_COPYPOSTFIELDS,
                UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            )
        }
        note(code)
    }

    // MARK: TLS

    /// Seconds after which a file of authorities is read again.
    private static let authorityLifetime = 60

    private func applyTLS(_ tls: TLSConfiguration) throws(TransportError) {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, tls.verifiesServer ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, tls.verifiesServer ? 2 : 0)
        // Distributions set a folder of the system's authorities, which would be trusted besides the one that is named, and
        // without which alone libcurl keeps what it has read: reading it takes some 20 ms for each connection.
        _ = unsafe cl_easy_set_string(handle.easy, CURLOPT_CAPATH, nil)
        setIfKnown(CURLOPT_CA_CACHE_TIMEOUT, Self.authorityLifetime)
        switch tls.authority {
        case .system: break
        case .file(let path): try setAuthority(file: path)
        case .pem(let pem): try set(CURLOPT_CAINFO_BLOB, blob: pem, called: "certificate authority")
        }
        guard let identity = tls.identity else { return }
        try set(CURLOPT_SSLCERTTYPE, "PEM")
        try set(CURLOPT_SSLKEYTYPE, "PEM")
        try set(CURLOPT_SSLCERT_BLOB, blob: identity.certificate, called: "client certificate")
        try set(CURLOPT_SSLKEY_BLOB, blob: identity.key, called: "client key")
    }

    /// libcurl reads the file on the loop's thread, which a pipe or a device would hold for ever.
    private func setAuthority(file path: String) throws(TransportError) {
        do throws(RegularFile.Failure) {
            try RegularFile.check(path)
        } catch {
            throw TransportError(.badRequest, "the certificate authority \"\(path)\" cannot be read: \(error.cause)")
        }
        try set(CURLOPT_CAINFO, path)
    }

    /// The URL with the TLS server name in the host's place, if it has one: libcurl takes the name from there.
    static func url(of request: HTTPRequest) -> String {
        guard let name = request.tls.serverName, let parts = URLAuthority(request.url) else { return request.url }
        return parts.url(withHost: name)
    }

    /// The entry that connects such a URL to the real host; nil if none is needed.
    static func redirection(of request: HTTPRequest) -> String? {
        guard let name = request.tls.serverName, let parts = URLAuthority(request.url) else { return nil }
        return "\(name):\(parts.port):\(parts.host):\(parts.port)"
    }

    /// The entry for libcurl's own cache of names, which it then does not ask about; nil if there are no addresses.
    ///
    /// https://curl.se/libcurl/c/CURLOPT_RESOLVE.html
    static func resolution(of url: String, _ addresses: [String]) -> String? {
        guard !addresses.isEmpty, let place = URLAuthority(url) else { return nil }
        let list = addresses.map { $0.contains(":") ? "[\($0)]" : $0 }.joined(separator: ",")
        return "\(place.host):\(place.port):\(list)"
    }

    // MARK: Setting

    /// Sets a number.
    func set(_ option: CURLoption, _ value: Int) {
        note(unsafe cl_easy_set_long(handle.easy, option, value))
    }

    /// An option that saves time, and that other builds of libcurl may lack.
    private func setIfKnown(_ option: CURLoption, _ value: Int) {
        _ = unsafe cl_easy_set_long(handle.easy, option, value)
    }

    /// Sets an address, which must last as long as the exchange.
    func set(_ option: CURLoption, _ pointer: UnsafeMutableRawPointer?) {
        note(unsafe cl_easy_set_pointer(handle.easy, option, pointer))
    }

    private func note(_ code: CURLcode) {
        guard code != CURLE_OK, refusal.error == nil else { return }
        refusal.error = unsafe TransportError(.localResource, "libcurl: \(String(cString: curl_easy_strerror(code)))")
    }

    private func set(_ option: CURLoption, _ text: String) throws(TransportError) {
        let code = unsafe cl_easy_set_string(handle.easy, option, text)
        if code == CURLE_OUT_OF_MEMORY { throw TransportError(.localResource, "no memory for an option of libcurl") }
        if code != CURLE_OK { throw TransportError(.badRequest, unsafe String(cString: curl_easy_strerror(code))) }
    }

    private func set(_ option: CURLoption, blob: [UInt8], called name: String) throws(TransportError) {
        let code = unsafe blob.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe cl_easy_set_blob(handle.easy, option, $0, bytes.count) }
        }
        if code != CURLE_OK { throw TransportError(.badRequest, "the \(name) is not usable") }
    }

    /// libcurl's copy of a list of lines; the caller frees it.
    ///
    /// - Throws: if there is no memory; a request that lacks a header is another one.
    static func list(_ lines: [String]) throws(TransportError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw TransportError(.localResource, "no memory for a list of libcurl")
            }
            unsafe list = longer
        }
        return unsafe list
    }

    /// Lets libcurl tell what it does.
    func setTrace(context: UnsafeMutableRawPointer) {
        set(CURLOPT_VERBOSE, 1)
        unsafe set(CURLOPT_DEBUGDATA, context)
        _ = unsafe cl_easy_set_debug_function(handle.easy) { _, type, bytes, count, context in
            let kind: TransferTrace.Event.Kind
            switch type {
            case CURLINFO_TEXT: kind = .note
            case CURLINFO_HEADER_OUT: kind = .sent
            case CURLINFO_HEADER_IN: kind = .received
            default: return 0
            }
            let text = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
            unsafe Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.request.trace?.note(kind, text)
            }
            return 0
        }
    }

    /// Sets who is called for data, headers and sockets; `context` must last as long as the exchange.
    func setCallbacks(context: UnsafeMutableRawPointer, needsSocketOptions: Bool) {
        unsafe set(CURLOPT_PRIVATE, context)
        unsafe set(CURLOPT_WRITEDATA, context)
        unsafe set(CURLOPT_HEADERDATA, context)
        _ = unsafe cl_easy_set_data_function(handle.easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            let chunk = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return unsafe Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.received(body: chunk) }
        }
        _ = unsafe cl_easy_set_data_function(handle.easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            let line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return unsafe Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.received(headerLine: line) ? size * count : 0
            }
        }
        guard needsSocketOptions else { return }
        unsafe set(CURLOPT_SOCKOPTDATA, context)
        _ = unsafe cl_easy_set_sockopt_function(handle.easy) { context, socket, _ in
            unsafe Unmanaged<Transfer>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.configure(socket: socket) }
            return CURL_SOCKOPT_OK
        }
    }
}
