import Foundation
import NIOCore
import NIOHTTP1

/// A request whose body has ended, and the way back for its answer.
struct OperationsRequest: Sendable {
    /// Method, path and headers; of the body nothing is kept.
    let head: HTTPRequestHead
    /// The address of whoever asks; nil if the connection is gone already.
    let peer: String?
    /// Sends the answer; from anywhere, once.
    let answer: @Sendable (OperationsAnswer) -> Void

    /// The path without the query.
    var path: String { String(head.uri.prefix { $0 != "?" }) }

    /// The value of a parameter of the query; nil: it has none of that name.
    func parameter(_ name: String) -> String? {
        let query = head.uri.drop { $0 != "?" }.dropFirst()
        let prefix = name + "="
        let found = query.split(separator: "&").first { $0.hasPrefix(prefix) }
        return found.flatMap { String($0.dropFirst(prefix.count)).removingPercentEncoding }
    }
}

/// What is answered.
struct OperationsAnswer: Sendable {
    /// The status line.
    var status: HTTPResponseStatus
    /// The body; copies share it.
    let body: ByteBuffer
    /// The body as text.
    var text: String { String(buffer: body) }
    /// Content type, no caching; `allow` where a method was wrong.
    var headers: HTTPHeaders
    /// What is read for the body, which has no end, in place of `body`; nil: `body` is all.
    var stream: EventHub.Reader?

    /// `type`: the body's media type.
    init(_ status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8") {
        self.init(status, bytes: text.utf8, type: type)
    }

    /// `type`: the media type of the bytes.
    init(_ status: HTTPResponseStatus, bytes: some Sequence<UInt8>, type: String) {
        self.status = status
        body = ByteBuffer(bytes: bytes)
        headers = ["content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff"]
    }
}
