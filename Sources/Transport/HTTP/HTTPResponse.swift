/// A whole answer.
package struct HTTPResponse: Sendable, Hashable {
    package var head: HTTPHead
    /// At most the request's `bodyLimit`.
    package var body: [UInt8]
    /// Whether the body went on beyond `body`.
    package var isTruncated = false
    /// Whether a new connection was made for it.
    package var usedNewConnection = true
    /// Where a redirect leads, as its `Location` says; nil if the answer is none, or names no place.
    package var location: String?

    package init(
        head: HTTPHead,
        body: [UInt8],
        isTruncated: Bool = false,
        usedNewConnection: Bool = true,
        location: String? = nil
    ) {
        self.head = head
        self.body = body
        self.isTruncated = isTruncated
        self.usedNewConnection = usedNewConnection
        self.location = location
    }
}

/// The status and headers of an answer.
package struct HTTPHead: Sendable, Hashable {
    /// 100...599; 0 for a bare TCP connection.
    package var status: Int
    /// In the order received.
    package var headers: [HTTPRequest.Header] = []

    package init(status: Int, headers: [HTTPRequest.Header] = []) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, its name compared without case; nil if there is none.
    package subscript(name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
