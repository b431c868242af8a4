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
