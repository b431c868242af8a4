import CLibcurl

/// One exchange on its way: its request, its handle, and what has arrived.
///
/// Confined to the loop's thread.
@safe final class Transfer {
    let id: TransferID
    /// What is asked.
    let request: HTTPRequest
    /// By which handle.
    let handle: EasyHandle
    /// Whoever is notified of its progress and its end.
    let observer: any TransferObserver
    /// Ends the exchange if no head comes.
    var headTimer: LoopTimer?
    /// Ends the exchange if its peer falls silent.
    var idleTimer: LoopTimer?
    /// When the last bytes came, monotonic nanoseconds.
    var lastActivity = EventLoop.now
    /// Whether the peer is held back, because the stream's reader is slow.
    private(set) var isPaused = false
    /// Whether the final status and headers are in.
    private(set) var hasHead = false
    private var head = HTTPHead(status: 0)
    private var body: [UInt8] = []
    private var isTruncated = false
    private var isTooLarge = false
    private var headerCount = 0
    /// Bytes that the stream's reader has not taken yet.
    private var waitingBytes = 0
    /// Header lists must live as long as the exchange.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var connectList: UnsafeMutablePointer<curl_slist>?
    private var resolveList: UnsafeMutablePointer<curl_slist>?
    /// What the name in the URL stands for; empty: there is none, or libcurl finds it out.
    var addresses: [String] = []

    /// An exchange that has not begun.
    init(id: TransferID, request: HTTPRequest, handle: EasyHandle, observer: any TransferObserver) {
        self.id = id
        self.request = request
        self.handle = handle
        self.observer = observer
    }

    deinit {
        unsafe curl_slist_free_all(headerList)
        unsafe curl_slist_free_all(connectList)
        unsafe curl_slist_free_all(resolveList)
    }

    /// Sets every option of the request on the handle.
    func configure() throws(TransportError) {
        let options = HandleOptions(handle: handle)
        try options.apply(request)
        unsafe headerList = try HandleOptions.list(request.headerLines)
        unsafe options.set(CURLOPT_HTTPHEADER, headerList)
        if let redirection = HandleOptions.redirection(of: request) {
            unsafe connectList = try HandleOptions.list([redirection])
            unsafe options.set(CURLOPT_CONNECT_TO, connectList)
        }
        if let resolution = HandleOptions.resolution(of: request.url, addresses) {
            unsafe resolveList = try HandleOptions.list([resolution])
            unsafe options.set(CURLOPT_RESOLVE, resolveList)
        }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe options.setCallbacks(context: context, needsSocketOptions: request.deadPeerTimeout != nil)
        if request.trace != nil { unsafe options.setTrace(context: context) }
        handle.openSockets(on: nil)
        try options.check()
    }

    // MARK: What arrives

    /// A header line, with its line end; the empty line ends the head.
    ///
    /// - Returns: whether it was taken; libcurl ends the exchange if not.
    func received(headerLine line: [UInt8]) -> Bool {
        headerCount += line.count
        if areHeadersTooLarge { return false }
        take(headerLine: line)
        return true
    }

    /// A probe takes no more headers than a check does.
    private var areHeadersTooLarge: Bool {
        request.overflow == .truncate && headerCount > CheckTemplate.headerLimit
    }

    private func take(headerLine line: [UInt8]) {
        lastActivity = EventLoop.now
        if line.starts(with: "HTTP/".utf8) {
            head = HTTPHead(status: Self.status(of: line))
        } else if line.allSatisfy({ $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            // 1xx answers are followed by the real one.
            guard head.status >= 200, !hasHead else { return }
            hasHead = true
            observer.received(head: head)
        } else if let header = unsafe line.withUnsafeBytes({ unsafe HTTPRequest.Header(line: $0) }) {
            head.headers.append(header)
        }
    }

    /// The number after the version, whether or not words follow it; 0 if there is none.
    private static func status(of line: [UInt8]) -> Int {
        let digits = line.drop { $0 != UInt8(ascii: " ") }.drop { $0 == UInt8(ascii: " ") }
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }

    /// A piece of body.
    ///
    /// - Returns: the bytes taken, or libcurl's code for "pause" or "stop".
    func received(body bytes: [UInt8]) -> Int {
        lastActivity = EventLoop.now
        if waitingBytes >= HTTPBody.highWater {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        if observer.received(body: bytes) {
            waitingBytes += bytes.count
            return bytes.count
        }
        body += bytes.prefix(request.bodyLimit - body.count)
        if body.count < request.bodyLimit || bytes.isEmpty { return bytes.count }
        switch request.overflow {
        case .fail: isTooLarge = true
        case .truncate: isTruncated = true
        }
        return -1
    }

    /// The stream's reader took bytes; goes on if it was paused and there is room again.
    func consumed(_ bytes: Int) {
        waitingBytes -= bytes
        guard isPaused, waitingBytes < HTTPBody.highWater / 2 else { return }
        isPaused = false
        lastActivity = EventLoop.now
        _ = unsafe curl_easy_pause(handle.easy, CURLPAUSE_CONT)
    }

    /// Sets what keeps a dead peer from holding the connection.
    func configure(socket: Int32) {
        guard let limit = request.deadPeerTimeout else { return }
        SocketOptions.detectDeadPeer(socket, within: limit)
    }

    // MARK: The end

    /// The result, from libcurl's code.
    func outcome(of code: CURLcode) -> Result<HTTPResponse, TransportError> {
        request.trace?.finish(handle)
        if isTooLarge { return .failure(TransportError(.bodyTooLarge, "over \(request.bodyLimit) bytes")) }
        if areHeadersTooLarge { return .failure(.headersTooLarge) }
        if code == CURLE_OK, !hasHead, request.version != .connectOnly { return .failure(.endInHead) }
        if code == CURLE_OK || isTruncated {
            return .success(
                HTTPResponse(
                    head: head,
                    body: body,
                    isTruncated: isTruncated,
                    usedNewConnection: handle.long(CURLINFO_NUM_CONNECTS) > 0,
                    location: Redirect.isRedirect(head.status) ? head["location"] : nil
                )
            )
        }
        return .failure(handle.failure(code))
    }
}

extension HTTPRequest.Header {
    /// One line of a head; nil if it has no colon.
    init?(line: UnsafeRawBufferPointer) {
        guard let colon = unsafe line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || (9...13).contains(byte) }
        var value = unsafe line[(colon + 1)...].drop(while: isBlank)
        while let last = unsafe value.last, isBlank(last) { unsafe value.removeLast() }
        self.init(unsafe String(decoding: line[..<colon], as: UTF8.self), unsafe String(decoding: value, as: UTF8.self))
    }
}

/// The general exchanges of one pool: whoever asks the API server, or once only.
final class TransferPool {
    /// Where its exchanges and connections are.
    let multi: Multi
    /// Whether the pool goes as soon as it is empty.
    var isRetired = false
    private var count = 0
    /// Those of them that may last for ever.
    private var streams = 0
    /// Connections to one host, besides one for each stream.
    ///
    /// A server takes some hundred exchanges on one connection of HTTP/2. For each one more libcurl would open another, 70 kB
    /// each: it waits instead.
    private static let mostConnections = 16

    /// A pool without exchanges.
    init(_ multi: Multi) {
        self.multi = multi
        multi.limitConnections(toEachHost: Self.mostConnections)
    }

    /// Whether no exchange is under way.
    var isEmpty: Bool { count == 0 }

    /// - Throws: if libcurl does not take it.
    func add(_ transfer: Transfer) throws(TransportError) {
        count(transfer, 1)
        do throws(TransportError) {
            try multi.add(transfer.handle)
        } catch {
            count(transfer, -1)
            throw error
        }
    }

    private func count(_ transfer: Transfer, _ change: Int) {
        count += change
        guard transfer.request.timeout == nil else { return }
        streams += change
        multi.limitConnections(toEachHost: Self.mostConnections + streams)
    }

    /// An exchange is over.
    func remove(_ transfer: Transfer) {
        count(transfer, -1)
        multi.remove(transfer.handle)
    }
}

/// Names one exchange of an event loop.
struct TransferID: Sendable, Hashable {
    /// No two of a loop's have the same.
    let number: UInt64
}
