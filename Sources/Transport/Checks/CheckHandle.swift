import CLibcurl

/// A libcurl handle that is set up for one template, and what has arrived on it.
///
/// Confined to the loop's thread.
@safe final class CheckHandle {
    let handle: EasyHandle
    /// The check that is under way on it.
    @safe @exclusivity(unchecked) var check: Check?
    private let template: CheckTemplate
    private let options: HandleOptions
    @safe @exclusivity(unchecked) private var body: [UInt8] = []
    @safe @exclusivity(unchecked) private var bodyCount = 0
    @safe @exclusivity(unchecked) private var isTruncated = false
    @safe @exclusivity(unchecked) private var headers: [HTTPRequest.Header] = []
    /// Where the answer says that it is to be found, if it does.
    @safe @exclusivity(unchecked) private var location: String?
    /// What libcurl was told last; nil: as the template says.
    @safe @exclusivity(unchecked) private var timeout: Duration?
    @safe @exclusivity(unchecked) private var headerCount = 0
    /// Whether the empty line that ends a head has come; trailers may follow.
    @safe @exclusivity(unchecked) private var isHeadComplete = false
    /// Header lists must live as long as the handle uses them.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var connectList: UnsafeMutablePointer<curl_slist>?
    private var resolveList: UnsafeMutablePointer<curl_slist>?

    /// Tells libcurl everything but the URL.
    init(_ handle: EasyHandle, template: CheckTemplate) throws(TransportError) {
        self.handle = handle
        self.template = template
        options = HandleOptions(handle: handle)
        try options.apply(template.request)
        options.applyChecks()
        unsafe headerList = try HandleOptions.list(template.request.headerLines)
        unsafe options.set(CURLOPT_HTTPHEADER, headerList)
        setCallbacks()
        try options.check()
    }

    deinit {
        unsafe curl_slist_free_all(headerList)
        unsafe curl_slist_free_all(connectList)
        unsafe curl_slist_free_all(resolveList)
    }

    private func setCallbacks() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe options.set(CURLOPT_PRIVATE, context)
        unsafe options.set(CURLOPT_WRITEDATA, context)
        unsafe options.set(CURLOPT_HEADERDATA, context)
        _ = unsafe cl_easy_set_data_function(handle.easy, CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
            unsafe Unmanaged<CheckHandle>.fromOpaque(context)._withUnsafeGuaranteedRef {
                unsafe $0.received(body: UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
        _ = unsafe cl_easy_set_data_function(handle.easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            unsafe Unmanaged<CheckHandle>.fromOpaque(context)._withUnsafeGuaranteedRef {
                unsafe $0.received(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
            }
        }
    }

    /// Makes it ready to ask for `check`.
    ///
    /// `isLast`: whether a kept connection is closed afterwards.
    /// `addresses`: what the name in its URL stands for, if it has one.
    /// `timeLeft`: how long the exchange may take; nil: as the template says.
    ///
    /// - Throws: if libcurl does not take its URL, for want of memory.
    func prepare(
        for check: Check,
        isLast: Bool,
        at addresses: [String],
        within timeLeft: Duration?
    ) throws(TransportError) {
        self.check = check
        handle.ownFailure = nil
        bodyCount = 0
        headerCount = 0
        isTruncated = false
        if location != nil { location = nil }
        if timeLeft != timeout { limit(to: timeLeft) }
        isHeadComplete = template.request.version == .connectOnly
        if template.keepsBody { body.removeAll(keepingCapacity: true) }
        if template.keepsHeaders { headers.removeAll(keepingCapacity: true) }
        unsafe handle.errorText.pointee = 0
        let code = unsafe check.url.withCString { unsafe cl_easy_set_string(handle.easy, CURLOPT_URL, $0) }
        if code != CURLE_OK { throw handle.failure(code) }
        if template.keepsConnections { options.set(CURLOPT_FORBID_REUSE, isLast ? 1 : 0) }
        if unsafe !addresses.isEmpty || resolveList != nil { try resolve(check, addresses) }
        guard let redirection = check.redirection, unsafe connectList == nil else { return }
        unsafe connectList = try HandleOptions.list([redirection])
        unsafe options.set(CURLOPT_CONNECT_TO, connectList)
    }

    /// Tells libcurl what the name stands for, or that there is none.
    private func resolve(_ check: Check, _ addresses: [String]) throws(TransportError) {
        let old = unsafe resolveList
        defer { unsafe curl_slist_free_all(old) }
        unsafe resolveList = nil
        if let resolution = HandleOptions.resolution(of: check.plainURL, addresses) {
            unsafe resolveList = try HandleOptions.list([resolution])
        }
        unsafe options.set(CURLOPT_RESOLVE, resolveList)
    }

    private func limit(to timeout: Duration?) {
        self.timeout = timeout
        guard let limit = timeout ?? template.request.timeout else { return }
        options.set(CURLOPT_TIMEOUT_MS, max(1, limit.millisecondCount))
    }

    // MARK: What arrives

    /// A piece of body; libcurl stops where fewer bytes are taken than came.
    private func received(body bytes: UnsafeRawBufferPointer) -> Int {
        if template.keepsBody { unsafe body += bytes.prefix(template.request.bodyLimit - body.count) }
        bodyCount += bytes.count
        isTruncated = bodyCount > template.request.bodyLimit
        return isTruncated ? 0 : bytes.count
    }

    private func received(header bytes: UnsafeRawBufferPointer) -> Int {
        headerCount += bytes.count
        guard headerCount <= CheckTemplate.headerLimit else { return 0 }
        if bytes.count <= 2 {
            isHeadComplete = true
        } else if unsafe bytes[0] == UInt8(ascii: "H"), unsafe bytes.starts(with: "HTTP/".utf8) {
            // After a 1xx answer the real one follows.
            isHeadComplete = false
            location = nil
        }
        if bytes.count > 9, unsafe bytes[0] | 0x20 == UInt8(ascii: "l"), unsafe bytes[1] | 0x20 == UInt8(ascii: "o") {
            unsafe noteLocation(bytes)
        }
        if template.keepsHeaders, unsafe Self.isOfGRPC(bytes), headers.count < Self.keptHeaders,
            let header = unsafe HTTPRequest.Header(line: bytes)
        {
            headers.append(header)
        }
        return bytes.count
    }

    /// Headers and trailers that are kept; a server sends two or three of them.
    private static let keptHeaders = 16

    /// Whether a line is one of those that a verdict needs, in the spelling of HTTP/2: tens of thousands of others cost nothing.
    private static func isOfGRPC(_ line: UnsafeRawBufferPointer) -> Bool {
        unsafe line.count > 5 && line[0] | 0x20 == UInt8(ascii: "g") && line.starts(with: "grpc-".utf8)
    }

    private func noteLocation(_ line: UnsafeRawBufferPointer) {
        guard line.count <= Redirect.longestLocation, let header = unsafe HTTPRequest.Header(line: line),
            header.name.lowercased() == "location"
        else { return }
        location = header.value
    }

    // MARK: The end

    /// The result, from libcurl's code.
    func outcome(of code: CURLcode) -> Result<HTTPResponse, TransportError> {
        guard code == CURLE_OK || isTruncated else {
            if headerCount > CheckTemplate.headerLimit {
                return .failure(.headersTooLarge)
            }
            return .failure(handle.failure(code))
        }
        if !isHeadComplete { return .failure(.endInHead) }
        let status = handle.long(CURLINFO_RESPONSE_CODE)
        return .success(
            HTTPResponse(
                head: HTTPHead(status: status, headers: headers),
                body: body,
                isTruncated: isTruncated,
                usedNewConnection: template.keepsConnections ? handle.long(CURLINFO_NUM_CONNECTS) > 0 : true,
                location: Redirect.isRedirect(status) ? location : nil
            )
        )
    }

    /// The socket of the connection that was kept; nil if it was not.
    var keptSocket: Int32? {
        guard template.keepsConnections else { return nil }
        var socket = CURL_SOCKET_BAD
        _ = unsafe cl_easy_get_socket(handle.easy, &socket)
        return socket == CURL_SOCKET_BAD ? nil : socket
    }
}
